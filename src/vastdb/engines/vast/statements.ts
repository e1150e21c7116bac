import type { RequestKind } from '../../cluster/load-balancer.ts';
import {
  type Cell,
  type ColumnBatch,
  type RowId,
  type RowSet,
  SCAN_BATCH_ROWS,
  type ScanRequest,
  type SelectRequest,
} from '../../engine.ts';
import { predicateColumns } from '../../predicate/columns.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { checkNotEnded, scanEnded, sliced } from '../../scan-batches.ts';
import { TableError } from '../../table-error.ts';
import type { Catalogue } from './catalogue.ts';
import { splitsFor } from './client/queries.ts';
import type { VastClient } from './client/vast-client.ts';

/**
 * Translates the port's transaction operations into requests of the client. All of them throw TableError `invalid`,
 * before anything is sent, for names that are not there and cells that do not fit.
 */
export class Statements {
  readonly #client: VastClient;
  readonly #catalogue: Catalogue;
  readonly #sizes: TableSizes;

  constructor(client: VastClient, catalogue: Catalogue) {
    this.#client = client;
    this.#catalogue = catalogue;
    this.#sizes = new TableSizes(async (id, table) => (await client.tables.stats(id, table)).rows);
  }

  async select(transactionId: string, request: SelectRequest, kind: RequestKind): Promise<RowSet> {
    refuseUnsupported(request);
    const { columns, where, limit, rowIds } = request;
    // The client wants each column once.
    const asked = [...new Set(columns)];
    const table = await this.#catalogue.tableWith(request.table, [...asked, ...columnsOf(where)]);
    const found = await this.#client.queries.select({
      transactionId,
      table,
      columns: asked,
      where,
      rowIds,
      limit,
      kind,
      splits: limit === undefined ? await this.#splits(transactionId, table.name, where, kind) : 1,
    });
    if (asked.length === columns.length) return found;
    const positions = columns.map((column) => asked.indexOf(column));
    return { ...found, rows: found.rows.map((row) => positions.map((position) => row[position] ?? null)) };
  }

  /** Page by page as they arrive: a slow consumer slows the cluster down. */
  async *scan(transactionId: string, request: ScanRequest): AsyncGenerator<ColumnBatch> {
    const { columns, where, batchRows = SCAN_BATCH_ROWS, signal } = request;
    if (columns.length === 0) throw new TableError('invalid', `A scan of ${request.table} asks for no column.`);
    const asked = [...new Set(columns)];
    const table = await this.#catalogue.tableWith(request.table, [...asked, ...columnsOf(where)]);
    const splits = await this.#splits(transactionId, table.name, where, 'analytics');
    const query = { transactionId, table, columns: asked, where, kind: 'analytics', splits } as const;
    const positions = columns.map((column) => asked.indexOf(column));
    try {
      for await (const page of this.#client.queries.pages({ ...query, ...(signal && { signal }) })) {
        const batch = {
          rowCount: page.rowCount,
          columns: positions.map((position) => page.column(position)),
        };
        for (const part of sliced(batch, batchRows)) {
          checkNotEnded(signal);
          yield part;
        }
      }
    } catch (error) {
      throw signal?.aborted === true ? scanEnded(error) : error;
    }
    checkNotEnded(signal);
  }

  async count(transactionId: string, name: string, where: Predicate | undefined, kind: RequestKind): Promise<number> {
    const table = await this.#catalogue.tableWith(name, columnsOf(where));
    const splits = await this.#splits(transactionId, table.name, where, kind);
    return this.#client.queries.count({ transactionId, table, where, kind, splits });
  }

  async insert(
    transactionId: string,
    name: string,
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    const table = await this.#catalogue.tableWith(name, columns);
    await this.#client.rows.insert(transactionId, table, columns, rows);
  }

  async update(
    transactionId: string,
    name: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void> {
    const table = await this.#catalogue.tableWith(name, columns);
    await this.#client.rows.update(transactionId, table, ownRowIds(name, rowIds), columns, rows);
  }

  async delete(transactionId: string, name: string, rowIds: readonly RowId[]): Promise<void> {
    const table = await this.#catalogue.table(name);
    await this.#client.rows.delete(transactionId, table, ownRowIds(name, rowIds));
  }

  /**
   * Number of parts of a read without a limit. Interactive reads with a predicate find few rows in one place: each part
   * would cost a useless request.
   */
  async #splits(id: string, table: string, where: Predicate | undefined, kind: RequestKind): Promise<number> {
    if (kind !== 'analytics' && where !== undefined) return 1;
    return splitsFor(await this.#sizes.rows(id, table));
  }
}

const columnsOf = (where: Predicate | undefined): Iterable<string> =>
  where === undefined ? [] : predicateColumns(where);

function ownRowIds(table: string, rowIds: readonly RowId[]): readonly bigint[] {
  if (rowIds.every((id) => typeof id === 'bigint')) return rowIds;
  throw new TableError('invalid', `This row id is not one of table ${table}.`);
}

function refuseUnsupported({ orderBy = [], distinct, lookups, match, since }: SelectRequest): void {
  const asked = [
    orderBy.length > 0 ? 'orderBy' : undefined,
    distinct === true ? 'distinct' : undefined,
    lookups === undefined ? undefined : 'lookups',
    match === undefined ? undefined : 'match',
    since === undefined ? undefined : 'since',
  ].find((name) => name !== undefined);
  if (asked !== undefined) {
    throw new TableError('invalid', `The cluster knows no ${asked}; the capabilities of its engine say so.`);
  }
}

/** Sizes only steer how a read is split, so older ones will do. */
const KEPT_MS = 300_000;

/** Approximate row counts of the tables, refreshed now and then by the reads that are split by them. */
class TableSizes {
  readonly #load: (transactionId: string, table: string) => Promise<number>;
  readonly #known = new Map<string, { readonly rows: number; readonly atMs: number }>();

  /** @param load asks the cluster, in a transaction. */
  constructor(load: (transactionId: string, table: string) => Promise<number>) {
    this.#load = load;
  }

  /** Costs a request now and then. @throws what `load` throws. */
  async rows(transactionId: string, table: string): Promise<number> {
    const known = this.#known.get(table);
    if (known !== undefined && performance.now() - known.atMs < KEPT_MS) return known.rows;
    const rows = await this.#load(transactionId, table);
    this.#known.set(table, { rows, atMs: performance.now() });
    return rows;
  }
}
