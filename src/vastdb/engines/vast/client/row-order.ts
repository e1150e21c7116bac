export interface OrderedIds {
  /** Ascending, each once. */
  readonly ids: readonly bigint[];
  /** The former index of each; undefined if none moved. */
  readonly positions: readonly number[] | undefined;
}

/** Row ids as updates and deletes want them: ascending. Where an id comes twice, the last one counts. */
export function inOrderOfIds(rowIds: readonly bigint[]): OrderedIds {
  if (rowIds.every((id, index) => index === 0 || id > (rowIds[index - 1] ?? id))) {
    return { ids: rowIds, positions: undefined };
  }
  const lastPositions = new Map(rowIds.map((id, position) => [id, position]));
  const ordered = [...lastPositions].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ids: ordered.map(([id]) => id), positions: ordered.map(([, position]) => position) };
}
