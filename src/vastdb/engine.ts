import type { Cell, Row } from './cell.ts';
import type { EndpointStatistics } from './cluster/endpoint.ts';
import type { Predicate } from './predicate/predicate.ts';

export type { Cell, Row };

/**
 * The port that every table engine implements. It knows rows, columns and predicates, and no TAMS.
 * Rows travel as arrays in the order of the asked columns: that is what the hot paths need, and
 * what Arrow batches turn into most cheaply.
 */

export type ColumnType = 'string' | 'int64' | 'int32' | 'float64' | 'bool' | 'binary' | 'vector';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  /** Columns are nullable unless this is true; a column that is added later always is. */
  readonly required?: boolean;
  /** For vectors: the number of float32 elements. */
  readonly dimension?: number;
}

/** Names and types of columns that no definition of ours can describe. */
export type ForeignColumns = ReadonlyMap<string, string>;

export interface IndexDefinition<Column extends string = string> {
  readonly columns: readonly Column[];
  /** Enforced by engines that have unique keys; on the others the stores see to it. */
  readonly unique?: boolean;
  /**
   * Columns whose texts may be long, and are asked for by `eq` and `in` alone: an engine whose entries are limited may
   * index their beginnings.
   */
  readonly equalityOnly?: readonly Column[];
  /**
   * Leaves out rows whose first column is null, where most are: their writes cost nothing. A list of values is looked up
   * in it together with `isNotNull`.
   */
  readonly sparse?: boolean;
  /** Queries by it read no other columns: where an index is a copy of columns, wide ones are not copied once more. */
  readonly keysOnly?: boolean;
}

declare const rows: unique symbol;

/** `defineTable` makes one that knows the type of its rows, `R`. */
export interface TableDefinition<R extends Row = Row> {
  /** Never there: it carries the type. */
  readonly [rows]?: R;
  readonly name: string;
  /** The meaning of the table, and of each column: docs/tables.md is made of them. */
  readonly doc?: string;
  readonly docs?: Readonly<Record<string, string>>;
  /** Columns that may change with any version, all or none: others may read the rest, which stays as it is. */
  readonly internal?: boolean | readonly string[];
  readonly columns: readonly ColumnDefinition[];
  /**
   * Columns by which rows are kept together on disk, unique as a whole and never updated. A table
   * that is read by ranges of its sort key is read sequentially.
   */
  readonly sortKey?: readonly string[];
  readonly indexes?: readonly IndexDefinition[];
  /** Whether most rows are updated once or more, in columns without an index. Engines may leave room beside them for that. */
  readonly oftenUpdated?: boolean;
  /**
   * A string column whose words are searched with `match`. Each word has a space before and after it; whoever writes
   * the column has folded case and diacritics. Not for tables with a sort key.
   */
  readonly fullText?: string;
}

/** Opaque: only the engine that gave it out may look inside. */
export type RowId = bigint | string;

export interface Ordering<Column extends string = string> {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
}

/**
 * Rows of another table that belong to each selected row, as one more cell: a JSON array of the
 * strings in `column` (each once, sorted) of those rows of `table` whose `match` equals this row's
 * `equals`. It saves the second query, and the two cannot disagree.
 */
export interface Lookup<Equals extends string = string> {
  readonly table: string;
  readonly column: string;
  readonly match: string;
  readonly equals: Equals;
}

/**
 * Leaves out the rows before the last one, of those that `where` picks, whose int64 `column` is at most `atMost`. Where rows
 * are ranges that do not overlap, those that reach beyond a time are found so by one statement.
 */
export interface Since<Column extends string = string, Where extends Predicate = Predicate> {
  readonly column: Column;
  readonly atMost: bigint;
  readonly where: Where;
}

/**
 * A full-text query: rows with one phrase of each list in `all`, and no phrase of `none`. `all` has at least one
 * phrase.
 */
export interface TextQuery {
  /** The one that the table's definition has indexed. */
  readonly column: string;
  readonly all: readonly (readonly TextPhrase[])[];
  readonly none: readonly TextPhrase[];
}

/** Words that follow each other, at least one; with `prefix` the last one may go on. */
export interface TextPhrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

export interface SelectRequest {
  readonly table: string;
  /** May be empty when only row ids are wanted. */
  readonly columns: readonly string[];
  /** Their cells come after those of the columns. Not together with `distinct`. */
  readonly lookups?: readonly Lookup[];
  readonly where?: Predicate;
  /**
   * Only rows whose words match, the best first (by BM25), with two more cells after those of the columns: the score,
   * the higher the better, and how many rows there are without the limit. How rare a phrase is and how long a text is
   * usually is known from these rows alone: those that `where` leaves out change no score. Not together with `lookups`, `orderBy`,
   * `distinct` or `rowIds`.
   */
  readonly match?: TextQuery;
  /** Only with `relational`. */
  readonly since?: Since;
  readonly orderBy?: readonly Ordering[];
  readonly limit?: number;
  /**
   * Ends with the row that reaches this many bytes, even if there are more rows (`RowSet.cut`): memory holds no more.
   * The ordering columns are unique as a whole then, and never null. Not together with `distinct` or `match`.
   */
  readonly maxBytes?: number | undefined;
  /** Equal rows (of the asked columns) once. Not together with `rowIds`. */
  readonly distinct?: boolean;
  /** Ask for the rows' ids as well. */
  readonly rowIds?: boolean;
}

/**
 * The nearest rows to many points of an int64 column: those of a timeline, for one. The column is required, and `where`
 * picks at most one row for each of its values.
 */
export interface SeekRequest<Column extends string = string> {
  readonly table: string;
  readonly columns: readonly string[];
  readonly where: Predicate;
  readonly column: Column;
  /** Ascending, and each once. */
  readonly points: readonly bigint[];
  /** `before`: the last row at each point or before it. `after`: the first row at it or after it. */
  readonly direction: 'before' | 'after';
}

export interface RowSet<Cells extends readonly Cell[] = Cell[]> {
  /** One array per row, cells in the order of the asked columns, then of the lookups. */
  readonly rows: Cells[];
  /** Parallel to `rows`; empty unless asked for. */
  readonly rowIds: RowId[];
  /** True where `maxBytes` ended it: there may be more rows. */
  readonly cut?: boolean;
}

export interface TableReader {
  select(request: SelectRequest): Promise<RowSet>;
  count(table: string, where?: Predicate): Promise<number>;
}

/**
 * A read of more rows than fit into memory. Rows come in no order and without ids: only the asked cells tell them apart.
 */
export interface ScanRequest {
  readonly table: string;
  /** At least one. */
  readonly columns: readonly string[];
  readonly where?: Predicate;
  /** The most rows of a batch; 16,384 unless given. Batches of long cells may have fewer. */
  readonly batchRows?: number;
  /** Ends the scan: the next batch is then a TableError `unavailable`. */
  readonly signal?: AbortSignal;
}

/** Rows of a scan, column by column. */
export interface ColumnBatch<Columns extends readonly (readonly Cell[])[] = readonly (readonly Cell[])[]> {
  readonly rowCount: number;
  /** The cells of each asked column, in their order; `rowCount` of them. */
  readonly columns: Columns;
}

/** Reads outside of any transaction. */
export interface ScanningReader extends TableReader {
  /**
   * For each point its row, or undefined where there is none: a descent of an index each, in one statement. Engines
   * without indexes leave it out, and the executor finds the rows in ranges.
   */
  seek?(request: SeekRequest): Promise<(Cell[] | undefined)[]>;
  /**
   * All rows that `where` picks, of one snapshot, which is taken when the first batch is asked for. Two batches are
   * held at most, however large the table is, and reading them never keeps the main thread. Leaving the loop gives up
   * the rest. A snapshot costs the engine: a consumer that takes minutes between two batches may lose it
   * (`unavailable`).
   */
  scan(request: ScanRequest): AsyncIterable<ColumnBatch>;
  /**
   * A number of the state that reads see now: while it is the same, nothing was committed, by this process or another.
   * Undefined where the engine cannot tell at once; engines that never can leave it out.
   */
  dataVersion?(): number | undefined;
  /**
   * Gives `work` a reader of one snapshot, with all that was acknowledged before. `work` may be run again. Engines that
   * answer every select in one read leave it out.
   */
  inSnapshot?<T>(work: (reader: TableReader) => Promise<T>): Promise<T>;
}

/** Default of a scan. */
export const SCAN_BATCH_ROWS = 16_384;

export interface TableTransaction extends TableReader {
  /** Inserts rows whose cells are in the order of `columns`; columns left out become null. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void>;
  /** Sets `columns` of the row `rowIds[i]` to `rows[i]`. */
  update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): Promise<void>;
  delete(table: string, rowIds: readonly RowId[]): Promise<void>;
  /**
   * Transactions that lock a same key never both commit, unless one began after the other committed:
   * the later one gets `conflict`, now or at its commit. Keys stand for nothing but themselves. Free on
   * engines whose transactions are serializable.
   */
  lock(keys: readonly string[]): Promise<void>;
}

export interface TransactionOptions {
  /**
   * `interactive` (the default) is for a request's few rows. `background` is for work that takes
   * long: the embedded engine then runs every statement off the main thread.
   */
  readonly lane?: Lane;
}

export type Lane = 'interactive' | 'background';

/** Operations that an engine can push down. The executor does the rest. */
export interface EngineCapabilities {
  /**
   * A select sorts, is distinct, looks into other tables (`lookups`, `inSelect`), negates, combines any columns by `or`, and
   * searches words (`match`); unique indexes and unique sort keys are enforced. Elsewhere the executor does the former, and
   * nothing the latter.
   */
  readonly relational: boolean;
  /** `maxBytes` of a select: it stops reading there. Elsewhere the executor reads in parts. */
  readonly byteLimits?: boolean;
  /**
   * Transactions have the effect of one after the other. Without it, of two that run at the same time
   * only those conflict that update or delete a same row, or lock a same key: what a transaction read
   * may be changed by another, and rows may be inserted beside it, before it commits.
   */
  readonly serializable: boolean;
  /** The engine runs work anew after a conflict, for as long as that makes sense: its `conflict` is the last word. */
  readonly retriesConflicts?: boolean;
  /** The most bytes that a string, binary or vector cell may have; undefined where there is no such limit. */
  readonly maxCellBytes?: number;
}

export interface TableStats {
  readonly rows: number;
  /** Estimated size on disk; undefined where the engine cannot tell. */
  readonly bytes?: number;
}

/** Connections of one pool to a server. */
export interface PoolStatistics {
  readonly pool: string;
  readonly used: number;
  readonly idle: number;
  /** The most that are opened. */
  readonly max: number;
  /** Work that waits for a connection. */
  readonly waiting: number;
}

export interface TableEngine {
  readonly name: string;
  readonly capabilities: EngineCapabilities;

  listTables(): Promise<string[]>;
  /** The table's columns of our types, as they are in the engine; undefined where there is no such table. */
  describeTable(table: string): Promise<ColumnDefinition[] | undefined>;
  /** The table's columns of other types, which somebody else made, each with the engine's name of its type. */
  foreignColumns(table: string): Promise<ForeignColumns>;
  /** Creates the table and its indexes; does nothing where it already exists. */
  createTable(definition: TableDefinition): Promise<void>;
  addColumns(table: string, columns: readonly ColumnDefinition[]): Promise<void>;
  /** Creates those of the definition's indexes that are missing. */
  createIndexes(definition: TableDefinition): Promise<void>;
  /** Names of the indexes that `createIndexes` would create now. */
  missingIndexes(definition: TableDefinition): Promise<string[]>;
  /** For operators' tools alone: no path of the server drops a table. */
  dropTable(table: string): Promise<void>;
  stats(table: string): Promise<TableStats>;

  /** Reads outside of any transaction see what is committed. */
  reader(lane?: Lane): ScanningReader;
  /**
   * Runs `work` in a transaction: committed and durable when the promise resolves, rolled back when
   * `work` throws. `work` may run more than once (after a write conflict), so it has no effects but
   * those on `tx`, and it awaits nothing but `tx`: others wait meanwhile.
   */
  transaction<T>(work: (tx: TableTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;

  /** Reads as of one moment, one after the other; not on engines where scans that begin together have that by themselves. */
  snapshot?<T>(work: (reader: ScanningReader) => Promise<T>): Promise<T>;

  /** The version that a server of its own names; none of a library. */
  version?(): Promise<string>;
  /** State of each address of a cluster; engines without addresses leave it out. */
  endpointStatistics?(): EndpointStatistics[];
  /** Use of each pool of connections; engines without pools leave it out. */
  poolStatistics?(): PoolStatistics[];
  /** Rejects with a TableError that says why the engine cannot be used. */
  health(): Promise<void>;
  close(): Promise<void>;
}
