import type { Cell, EngineCapabilities, RowSet, TableReader } from './engine.ts';
import type { Operation, QueryMonitor } from './monitor/query-monitor.ts';
import type { Predicate } from './predicate/predicate.ts';
import type { QueryExecutor } from './query/executor.ts';
import type { Row, RowQuery, SelectQuery } from './query/select-query.ts';
import type { SchemaCache } from './schema/schema-cache.ts';

/** Shared by the readers and transactions of one manager. */
export interface TableLayer {
  readonly capabilities: EngineCapabilities;
  readonly executor: QueryExecutor;
  readonly schemas: SchemaCache;
  readonly monitor: QueryMonitor;
}

/** Reads tables, the same way on every engine, and times each query. */
export class ManagedReader {
  protected readonly layer: TableLayer;
  readonly #reader: TableReader;

  constructor(layer: TableLayer, reader: TableReader) {
    this.layer = layer;
    this.#reader = reader;
  }

  /** Whether the engine orders rows. If not, hints about a timeline save reads (`TimelineHint`). */
  get ordering(): boolean {
    return this.layer.capabilities.ordering;
  }

  /** Whether a select may have `match` (`EngineCapabilities.fullText`). */
  get hasFullText(): boolean {
    return this.layer.capabilities.fullText === true;
  }

  /**
   * Whether the engine evaluates subqueries. On other engines each becomes a list of values, which costs a select per
   * thousand.
   */
  get hasSubqueries(): boolean {
    return this.layer.capabilities.subqueries;
  }

  /** Rows as arrays, cells in the order of the asked columns: the fast form. */
  async select(query: SelectQuery): Promise<RowSet> {
    const { executor, monitor } = this.layer;
    const started = performance.now();
    try {
      const found = await executor.select(this.#reader, query);
      monitor.record(query.table, 'select', started, found.rows.length, false, query.where);
      return found;
    } catch (error) {
      monitor.record(query.table, 'select', started, 0, true, query.where);
      throw error;
    }
  }

  /** Rows as objects; with all columns of the table unless some are asked for. */
  async selectRows(query: RowQuery): Promise<Row[]> {
    const columns = query.columns ?? this.layer.schemas.get(query.table).columnNames;
    const { rows } = await this.select({ ...query, columns });
    return rows.map((cells) => toRow(columns, cells));
  }

  /** The first row, or undefined where there is none. */
  async selectOne(query: Omit<RowQuery, 'limit'>): Promise<Row | undefined> {
    const [row] = await this.selectRows({ ...query, limit: 1 });
    return row;
  }

  /** How many rows `where` picks; without it, how many there are. */
  count(table: string, where?: Predicate): Promise<number> {
    return this.timed(table, 'count', () => this.layer.executor.count(this.#reader, table, where), where);
  }

  /** Times `work`, whose result is the count of rows that it concerned. */
  protected async timed(
    table: string,
    operation: Operation,
    work: () => Promise<number>,
    where?: Predicate,
  ): Promise<number> {
    const { monitor } = this.layer;
    const started = performance.now();
    try {
      const rows = await work();
      monitor.record(table, operation, started, rows, false, where);
      return rows;
    } catch (error) {
      monitor.record(table, operation, started, 0, true, where);
      throw error;
    }
  }
}

/** The cells of a row by the names of its columns. */
export function toRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const row: Record<string, Cell> = {};
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column !== undefined) row[column] = cells[i] ?? null;
  }
  return row;
}
