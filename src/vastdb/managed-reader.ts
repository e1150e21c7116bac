import type { Page, PageRequest } from '../shared/paging.ts';
import type { Cell, EngineCapabilities, Lookup, Row, ScanningReader, TableReader, TextQuery } from './engine.ts';
import type { QueryKind, QueryMonitor } from './monitor/query-monitor.ts';
import { and } from './predicate/builder.ts';
import type { Predicate, Where } from './predicate/predicate.ts';
import type { QueryExecutor } from './query/executor.ts';
import { type AnyListing, type ListedRow, type Listing, readListing } from './query/listing.ts';
import type { SelectQuery } from './query/select-query.ts';
import {
  type FoundRow,
  type FoundRows,
  nameOf,
  type RowQuery,
  type Table,
  type TableQuery,
} from './query/table-query.ts';
import type { ColumnOf } from './schema/define-table.ts';
import type { SchemaCache } from './schema/schema-cache.ts';
import { SpanReader } from './spans/span-reader.ts';
import type { SpanRows, SpanSelect } from './spans/span-rows.ts';

/** Shared by the readers and transactions of one manager. */
export interface TableLayer {
  readonly capabilities: EngineCapabilities;
  readonly executor: QueryExecutor;
  readonly schemas: SchemaCache;
  readonly monitor: QueryMonitor;
  /** See `VastDBManagerOptions`. */
  readonly translate: (error: unknown) => unknown;
}

/** Reads tables, the same way on every engine, and times each query. */
export class ManagedReader {
  protected readonly layer: TableLayer;
  readonly #reader: TableReader & Pick<ScanningReader, 'inSnapshot'>;

  constructor(layer: TableLayer, reader: TableReader & Pick<ScanningReader, 'inSnapshot'>) {
    this.layer = layer;
    this.#reader = reader;
  }

  /** `where` with a term that its rows satisfy anyway, if this engine reads fewer rows for it. */
  narrowed(where: Predicate, implied: Predicate): Predicate {
    return this.layer.capabilities.relational ? and([implied, where]) : where;
  }

  /** Rows that are spans of a timeline, found in the way that this engine is good at. */
  spans<Start extends string, End extends string, Own extends Predicate>(
    rows: SpanRows<Start, End, Own>,
  ): SpanReader<Start, End, Own> {
    const { table, start, end } = rows;
    const select: SpanSelect = (query) => this.select({ ...query, table, columns: [start, end] });
    return new SpanReader(rows, select, this.layer.capabilities.relational);
  }

  /** A page of rows with an `id`, by any filters in any order, that holds nobody up; see `readListing`. */
  list<
    R extends Row,
    const Columns extends readonly ColumnOf<R>[],
    const Lookups extends readonly Lookup<ColumnOf<R>>[] = readonly [],
  >(listing: Listing<R, Columns, Lookups>, page: PageRequest): Promise<Page<ListedRow<R, Columns, Lookups>>> {
    const reads = { select: (query: SelectQuery) => this.select(query), orders: this.layer.capabilities.relational };
    // The work is the same for every table, and no compiler follows it through types that it does not know yet.
    const found: Promise<Page<Cell[]>> = readListing(reads, listing as AnyListing, page);
    // These columns were asked for, in this order.
    return found as Promise<Page<ListedRow<R, Columns, Lookups>>>;
  }

  /** Reads that follow one another at the cost of one transaction, where reads have any. `work` may be run again. */
  inSnapshot<T>(work: (reader: ManagedReader) => Promise<T>): Promise<T> {
    return this.#reader.inSnapshot?.((reader) => work(new ManagedReader(this.layer, reader))) ?? work(this);
  }

  /** Rows as arrays, cells in the order of the asked columns: the fast form. */
  async select<
    R extends Row,
    const Columns extends readonly ColumnOf<R>[],
    const Lookups extends readonly Lookup<ColumnOf<R>>[] = readonly [],
    Match extends TextQuery | undefined = undefined,
  >(query: TableQuery<R, Columns, Lookups, Match>): Promise<FoundRows<R, Columns, Lookups, Match>> {
    const table = nameOf(query.table);
    const found = await this.measured(
      table,
      'select',
      query.where,
      () => this.layer.executor.select(this.#reader, { ...query, table }),
      ({ rows }) => rows.length,
    );
    // Here cells get their types: an engine keeps to the definitions, which opening the manager compared with it.
    return found as FoundRows<R, Columns, Lookups, Match>;
  }

  /** Rows as objects; with all columns of the table unless some are asked for. */
  async selectRows<R extends Row, Column extends ColumnOf<R> = ColumnOf<R>>(
    query: RowQuery<R, Column>,
  ): Promise<FoundRow<R, Column>[]> {
    return (await this.selectPage<R, Column>(query)).rows;
  }

  /** Like `selectRows`; `cut` where `maxBytes` ended it. */
  async selectPage<R extends Row, Column extends ColumnOf<R> = ColumnOf<R>>(
    query: RowQuery<R, Column>,
  ): Promise<{ readonly rows: FoundRow<R, Column>[]; readonly cut?: boolean | undefined }> {
    const table = nameOf(query.table);
    const columns = query.columns ?? this.layer.schemas.get(table).columnNames;
    const { rows, cut } = await this.select({ ...query, table, columns });
    // The cells are those of these columns: `select` was asked for them by name, not by type.
    return { rows: rows.map((cells) => toRow(columns, cells) as FoundRow<R, Column>), cut };
  }

  /** The first row, or undefined where there is none. */
  async selectOne<R extends Row, Column extends ColumnOf<R> = ColumnOf<R>>(
    query: Omit<RowQuery<R, Column>, 'limit'>,
  ): Promise<FoundRow<R, Column> | undefined> {
    const [row] = await this.selectRows<R, Column>({ ...query, limit: 1 });
    return row;
  }

  /** How many rows `where` picks; without it, how many there are. */
  count<R extends Row>(table: Table<R>, where?: Where<R>): Promise<number> {
    const name = nameOf(table);
    return this.timed(name, 'count', () => this.layer.executor.count(this.#reader, name, where), where);
  }

  /** Times `work`, whose result is the count of rows that it concerned. */
  protected timed(
    table: string,
    operation: QueryKind,
    work: () => Promise<number>,
    where?: Predicate,
  ): Promise<number> {
    return this.measured(table, operation, where, work, (rows) => rows);
  }

  /** Times `work`. @param rowsOf how many rows its result concerns. */
  protected async measured<Result>(
    table: string,
    operation: QueryKind,
    where: Predicate | undefined,
    work: () => Promise<Result>,
    rowsOf: (result: Result) => number,
  ): Promise<Result> {
    const { monitor } = this.layer;
    const started = performance.now();
    try {
      const result = await work();
      monitor.record(table, operation, started, rowsOf(result), false, where);
      return result;
    } catch (error) {
      monitor.record(table, operation, started, 0, true, where);
      throw this.failure(error);
    }
  }

  /** The error to throw. Those of a transaction stay as they are: the manager decides by them whether to repeat it. */
  protected failure(error: unknown): unknown {
    return error;
  }
}

/** The cells of a row by the names of its columns. */
function toRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const row: Record<string, Cell> = {};
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column !== undefined) row[column] = cells[i] ?? null;
  }
  return row;
}
