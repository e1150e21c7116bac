import type { Cell } from '../../../engine.ts';
import { TableError } from '../../../table-error.ts';
import { decodeColumn } from '../protocol/incoming-column.ts';
import { readStream } from '../protocol/ipc-reader.ts';
import { malformed } from '../protocol/malformed.ts';
import { type OutgoingColumn, outgoingColumn } from '../protocol/outgoing-column.ts';
import { BATCH_LIMITS, type BatchLimits, columnGroups, columnOfRows, encodeBatches } from '../protocol/row-batches.ts';
import { rowIdColumn } from '../protocol/wire-column.ts';
import type { VastRequest } from '../transport/vast-request.ts';
import type { Requests } from './requests.ts';
import { columnOf, isSorted, type TableInfo } from './table-info.ts';

const QUERY = { rows: null };

/** Inserts, updates and deletes rows, in as many requests as the protocol's limits ask for, one after the other. */
export class Rows {
  readonly #requests: Requests;
  readonly #limits: BatchLimits;

  constructor(requests: Requests, limits: BatchLimits = BATCH_LIMITS) {
    this.#requests = requests;
    this.#limits = limits;
  }

  /**
   * Inserts rows whose cells are in the order of `columns`. Rows of more columns than one insert may
   * have are inserted with some, and then updated with the others.
   *
   * @returns the ids of the rows, in their order.
   * @throws TableError `invalid` for unknown columns, and cells of another type than theirs.
   */
  async insert(
    transactionId: string,
    table: TableInfo,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<bigint[]> {
    if (rows.length === 0) return [];
    // Columns of the sort key cannot be updated, so they belong to the insert.
    const rank = (name: string): number => (table.sortKey.includes(name) ? 0 : 1);
    const positions = columns
      .map((_, position) => position)
      .sort((a, b) => rank(columns[a] ?? '') - rank(columns[b] ?? ''));
    const cells = positions.map((position) => columnOfRows(columnOf(table, columns[position] ?? ''), rows, position));
    const [inserted = [], ...updated] = columnGroups(cells, this.#limits);
    const ids: bigint[] = [];
    for (const { from, to, body } of encodeBatches(inserted, this.#limits)) {
      const response = await this.#requests.send('POST', this.#requests.tablePath(table.name), {
        transactionId,
        query: QUERY,
        body,
      });
      const batch = readRowIds(await response.buffer(), isSorted(table));
      if (batch.length !== to - from) throw malformed(`${batch.length} row ids for ${to - from} inserted rows`);
      for (const id of batch) ids.push(id);
    }
    if (updated.length > 0) await this.#updateGroups(transactionId, table, inOrderOfIds(ids), updated);
    return ids;
  }

  /**
   * Sets `columns` of the row `rowIds[i]` to `rows[i]`; where an id comes twice, the last one counts.
   *
   * @throws VastError `conflict` where another transaction has changed one of the rows; TableError
   * `invalid` as for an insert.
   */
  async update(
    transactionId: string,
    table: TableInfo,
    rowIds: readonly bigint[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    if (rowIds.length !== rows.length) {
      throw new TableError(
        'invalid',
        `An update of ${table.name} has ${rowIds.length} row ids for ${rows.length} rows.`,
      );
    }
    if (rowIds.length === 0 || columns.length === 0) return;
    const cells = columns.map((name, position) => columnOfRows(columnOf(table, name), rows, position));
    const groups = columnGroups(cells, this.#limits);
    await this.#updateGroups(transactionId, table, inOrderOfIds(rowIds), groups);
  }

  /** @throws VastError `conflict` where another transaction has changed one of the rows. */
  async delete(transactionId: string, table: TableInfo, rowIds: readonly bigint[]): Promise<void> {
    if (rowIds.length === 0) return;
    const { ids } = inOrderOfIds(rowIds);
    await this.#send('DELETE', transactionId, table, [outgoingColumn(rowIdColumn(isSorted(table)), ids)]);
  }

  async #updateGroups(
    transactionId: string,
    table: TableInfo,
    { ids, positions }: ReturnType<typeof inOrderOfIds>,
    groups: readonly (readonly OutgoingColumn[])[],
  ): Promise<void> {
    const idColumn = outgoingColumn(rowIdColumn(isSorted(table)), ids);
    for (const group of groups) {
      const columns = positions === undefined ? group : group.map((column) => rearranged(column, positions));
      await this.#send('PUT', transactionId, table, [idColumn, ...columns]);
    }
  }

  async #send(
    method: VastRequest['method'],
    transactionId: string,
    table: TableInfo,
    columns: readonly OutgoingColumn[],
  ): Promise<void> {
    for (const { body } of encodeBatches(columns, this.#limits)) {
      await this.#requests.run(method, this.#requests.tablePath(table.name), { transactionId, query: QUERY, body });
    }
  }
}

function rearranged({ column, cells }: OutgoingColumn, positions: readonly number[]): OutgoingColumn {
  return outgoingColumn(
    column,
    positions.map((position) => cells[position] ?? null),
  );
}

function readRowIds(answer: Buffer, isSortedTable: boolean): bigint[] {
  const column = rowIdColumn(isSortedTable);
  const ids: bigint[] = [];
  for (const { message, body } of readStream(answer)) {
    if (message.kind === 'schema') {
      const type = message.fields[0]?.column?.type;
      if (message.fields.length !== 1 || type !== column.type)
        throw malformed(`row ids came as ${type ?? 'another type'}`);
      continue;
    }
    for (const id of decodeColumn(column, message, body)) {
      if (typeof id !== 'bigint') throw malformed('a row id is null');
      ids.push(id);
    }
  }
  return ids;
}

interface OrderedIds {
  /** Ascending, each once. */
  readonly ids: readonly bigint[];
  /** The former index of each; undefined if none moved. */
  readonly positions: readonly number[] | undefined;
}

/** Row ids as updates and deletes want them: ascending. Where an id comes twice, the last one counts. */
function inOrderOfIds(rowIds: readonly bigint[]): OrderedIds {
  if (rowIds.every((id, index) => index === 0 || id > (rowIds[index - 1] ?? id))) {
    return { ids: rowIds, positions: undefined };
  }
  const lastPositions = new Map(rowIds.map((id, position) => [id, position]));
  const ordered = [...lastPositions].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ids: ordered.map(([id]) => id), positions: ordered.map(([, position]) => position) };
}
