import type { ExrFailure, ExrFileRef, ExrPersistence, InspectedFile } from '../rules/exr-file.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrInspection } from '../rules/inspection.ts';
import type { RowId } from '../../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, isIn } from '../../../vastdb/predicate/builder.ts';
import { toJson } from '../../../shared/json-text.ts';
import { OBJECTS } from '../../../tams/objects/object-tables.ts';
import { countContent, countRows, insertContent, removeContent } from './content-rows.ts';
import { forgetHeaders, keepHeaders } from './former-headers.ts';
import { describedCells, timeOf } from './file-rows.ts';
import type { ChangesOf, ColumnOf } from '../../../vastdb/schema/define-table.ts';
import { EXR_FILES, type ExrFileRow } from '../exr-tables.ts';

/**
 * Keeps what the headers of some files say: a fixed number of statements, however many files.
 *
 * @returns what became of each; undefined for an object that is gone, or about to go
 */
export async function saveInspections(
  tx: ManagedTransaction,
  files: readonly InspectedFile[],
  nowMs: number,
  keepsHistory = false,
): Promise<(ExrPersistence | undefined)[]> {
  const { present, gone } = await lockFiles(
    tx,
    files.map(({ file }) => file),
  );
  const there = files.filter(({ file }) => !gone.has(file.id));
  const outcomeOf = ({ file, found: { inspection } }: InspectedFile): ExrPersistence['outcome'] => {
    const before = present.get(file.id);
    if (before === undefined) return 'created';
    return isSameHeader(before, file, inspection) ? 'unchanged' : 'superseded';
  };
  const { created = [], unchanged = [], superseded = [] } = Object.groupBy(there, outcomeOf);
  const cellsOf = ({ found: { inspection } }: InspectedFile) => describedCells(inspection);
  await tx.insert(
    EXR_FILES,
    created.map((each) => ({ ...identityCells(each.file), ...cellsOf(each), ...auditOf(undefined, nowMs) })),
  );
  const old = superseded.map(({ file }) => file.id);
  const changed = superseded.filter(
    ({ file, found }) => present.get(file.id)?.header_hash !== found.inspection.file.header_hash,
  );
  if (keepsHistory) {
    await keepHeaders(
      tx,
      changed.map(({ file }) => file.id),
      nowMs,
    );
  }
  const removed = await countContent(tx, old);
  await removeContent(tx, old);
  await updateEach(
    tx,
    superseded.map((each) => ({ file: each.file, cells: { path: each.file.path, ...cellsOf(each) } })),
    present,
    nowMs,
  );
  await updateEach(
    tx,
    unchanged.map((each) => {
      // A file that was rendered anew may have the header that it had.
      const { size, mtime } = cellsOf(each);
      return { file: each.file, cells: { size, mtime, failure: null } };
    }),
    present,
    nowMs,
  );
  await insertContent(tx, [...created, ...superseded]);
  return files.map((each) => {
    const { id } = each.file;
    if (gone.has(id)) return undefined;
    const outcome = outcomeOf(each);
    const { inspection_count: count, first_inspected_ms: firstMs } = auditOf(present.get(id), nowMs);
    return {
      id,
      outcome,
      rows_added: outcome === 'unchanged' ? 0 : countRows(each.found.inspection) + (outcome === 'created' ? 1 : 0),
      rows_updated: outcome === 'created' ? 0 : 1,
      rows_removed: removed.get(id) ?? 0,
      inspection_count: Number(count),
      first_inspected: timeOf(firstMs),
      last_inspected: timeOf(nowMs),
    };
  });
}

/** Sets the same columns of each. */
async function updateEach(
  tx: ManagedTransaction,
  changes: readonly { readonly file: ExrFileRef; readonly cells: ChangesOf<ExrFileRow> }[],
  present: ReadonlyMap<string, PresentFile>,
  nowMs: number,
): Promise<void> {
  const rows = changes.flatMap(({ file, cells }) => {
    const before = present.get(file.id);
    return before === undefined ? [] : [{ rowId: before.rowId, cells: { ...cells, ...auditOf(before, nowMs) } }];
  });
  // The cells are typed by their columns; their names alone are not, in `Object.keys`.
  const columns = Object.keys(rows[0]?.cells ?? {}) as ColumnOf<ExrFileRow>[];
  if (columns.length === 0) return;
  await tx.updateByRowIds(
    EXR_FILES,
    rows.map(({ rowId }) => rowId),
    columns,
    rows.map(({ cells }) => columns.map((column) => cells[column] ?? null)),
  );
}

const auditOf = (before: PresentFile | undefined, nowMs: number) => ({
  inspection_count: (before?.inspection_count ?? 0n) + 1n,
  first_inspected_ms: before?.first_inspected_ms ?? BigInt(nowMs),
  last_inspected_ms: BigInt(nowMs),
});

/** Writes nothing for an object that is gone. */
export async function saveFailure(
  tx: ManagedTransaction,
  file: ExrFileRef,
  failure: ExrFailure,
  nowMs: number,
): Promise<void> {
  const cells = { failure: toJson(failure), last_inspected_ms: BigInt(nowMs) };
  const { present, gone } = await lockFiles(tx, [file]);
  if (gone.has(file.id)) return;
  if (present.size > 0) {
    await tx.update(EXR_FILES, eq('id', file.id), cells);
    return;
  }
  const unknown = { size: 0n, part_count: 0, is_deep: false, is_tiled: false, schema_version: 0, embedding_version: 0 };
  const audit = { inspection_count: 0n, first_inspected_ms: BigInt(nowMs) };
  await tx.insert(EXR_FILES, [{ ...identityCells(file), ...unknown, ...audit, ...cells }]);
}

/** Whether the file existed. */
export async function removeFile(tx: ManagedTransaction, id: string): Promise<boolean> {
  await tx.lock([lockKey(id)]);
  await removeContent(tx, [id]);
  await forgetHeaders(tx, [id]);
  return (await tx.delete(EXR_FILES, eq('id', id))) > 0;
}

/** Deletes the rows of these objects. */
export async function removeFilesOfObjects(tx: ManagedTransaction, objectIds: readonly string[]): Promise<void> {
  if (objectIds.length === 0) return;
  const { rows } = await tx.select({
    table: EXR_FILES,
    columns: ['id'],
    where: isIn('object_id', objectIds),
  });
  const ids = rows.map(([id]) => id);
  if (ids.length === 0) return;
  await tx.lock(ids.map(lockKey));
  await removeContent(tx, ids);
  await forgetHeaders(tx, ids);
  await tx.delete(EXR_FILES, isIn('id', ids));
}

const PRESENT_COLUMNS = [
  'id',
  'path',
  'header_hash',
  'schema_version',
  'embedding_version',
  'inspection_count',
  'first_inspected_ms',
] as const;
type PresentFile = Pick<ExrFileRow, (typeof PRESENT_COLUMNS)[number]> & { readonly rowId: RowId };

/**
 * The rows of files, and the ids of those whose objects are not alive any more. Until this transaction ends, nobody else
 * writes or inserts them.
 *
 * Rows that are written after their object was given up would never be deleted: the reclaim marks an object before it
 * deletes the bytes, and the rows here come last.
 */
async function lockFiles(
  tx: ManagedTransaction,
  files: readonly ExrFileRef[],
): Promise<{ present: ReadonlyMap<string, PresentFile>; gone: ReadonlySet<string> }> {
  const ids = files.map(({ id }) => id);
  await tx.lock(ids.map(lockKey));
  const asked = { table: EXR_FILES, columns: PRESENT_COLUMNS, where: isIn('id', ids), rowIds: true } as const;
  const { rows, rowIds } = await tx.select(asked);
  const present = new Map<string, PresentFile>();
  rows.forEach(
    ([id, path, header_hash, schema_version, embedding_version, inspection_count, first_inspected_ms], index) => {
      const rowId = rowIds[index];
      if (rowId === undefined) throw new TypeError('a row came without its id');
      const row = { id, path, header_hash, schema_version, embedding_version, inspection_count, first_inspected_ms };
      present.set(id, { ...row, rowId });
    },
  );
  const objectIds = files.flatMap(({ objectId }) => objectId ?? []);
  const alive = new Set<string | null>([null]);
  if (objectIds.length > 0) {
    const where = and([isIn('id', objectIds), eq('reclaiming', false)]);
    for (const [id] of (await tx.select({ table: OBJECTS, columns: ['id'], where })).rows) alive.add(id);
  }
  return { present, gone: new Set(files.filter(({ objectId }) => !alive.has(objectId)).map(({ id }) => id)) };
}

export const lockKey = (id: string): string => `exr:${id}`;

export const identityCells = ({ id, path, objectId }: ExrFileRef) => ({ id, path, object_id: objectId });

/** Rows of an older version of this server are written anew, even for the same header: paths were other ones, too. */
const isSameHeader = (present: PresentFile, { path }: ExrFileRef, { file, schema_version }: ExrInspection): boolean =>
  present.path === path &&
  present.header_hash === file.header_hash &&
  present.schema_version === schema_version &&
  present.embedding_version === EXR_EMBEDDING_VERSION;
