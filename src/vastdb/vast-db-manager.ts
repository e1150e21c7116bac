import { AsyncResource } from 'node:async_hooks';
import { retry, type RetryOptions } from '../shared/retry.ts';
import type { EndpointStatistics } from './cluster/endpoint.ts';
import type {
  Lane,
  Lookup,
  PoolStatistics,
  Row,
  TableDefinition,
  TableEngine,
  TableStats,
  TableTransaction,
  TextQuery,
  TransactionOptions,
} from './engine.ts';
import { CommittedReader } from './committed-reader.ts';
import type { TableLayer } from './managed-reader.ts';
import { ManagedTransaction } from './managed-transaction.ts';
import {
  ALL_TABLES,
  type PerformanceSummary,
  QueryMonitor,
  type QueryMonitorOptions,
  type SlowQuery,
} from './monitor/query-monitor.ts';
import type { Where } from './predicate/predicate.ts';
import { QueryExecutor } from './query/executor.ts';
import type { FoundRow, FoundRows, RowQuery, Table, TableQuery } from './query/table-query.ts';
import type { ColumnOf } from './schema/define-table.ts';
import { type EvolutionReport, ensureTables } from './schema/evolution.ts';
import { checkFilled } from './schema/half-filled.ts';
import { SchemaCache } from './schema/schema-cache.ts';
import { TableError } from './table-error.ts';

export interface VastDBManagerOptions extends QueryMonitorOptions {
  /**
   * Attempts of a transaction before its write conflict is thrown. 8 by default, and 1 on engines that retry
   * themselves.
   */
  readonly conflictAttempts?: number;
  /** Whether tables are opened that something is still filling. */
  readonly halfFilled?: boolean;
  /** Translates errors of reads and transactions for callers; without it they are TableErrors. Not `health`, nor `stats`. */
  readonly translate?: (error: unknown) => unknown;
}

const CONFLICT_ATTEMPTS = 8;

function conflictPolicy(attempts: number): RetryOptions {
  return {
    attempts,
    baseMs: 5,
    maxMs: 500,
    isRetryable: (error) => error instanceof TableError && error.kind === 'conflict',
  };
}

/**
 * The table layer's one entrance: tables, rows and predicates over any engine, with schemas kept in
 * memory, rows checked before they are written, and every query timed. It knows no TAMS.
 */
export class VastDBManager {
  /** Tables and columns that opening the manager created. */
  readonly evolution: EvolutionReport;
  readonly #engine: TableEngine;
  readonly #layer: TableLayer;
  readonly #conflicts: RetryOptions;
  readonly #readers: Readonly<Record<Lane, CommittedReader>>;

  private constructor(engine: TableEngine, layer: TableLayer, evolution: EvolutionReport, conflicts: RetryOptions) {
    this.#engine = engine;
    this.#layer = layer;
    this.evolution = evolution;
    this.#conflicts = conflicts;
    this.#readers = {
      interactive: new CommittedReader(layer, engine.reader('interactive')),
      background: new CommittedReader(layer, engine.reader('background')),
    };
  }

  /**
   * Brings the tables up to the definitions, which never drops anything, and reads the schemas. The
   * manager owns the engine from then on, and closes it.
   *
   * @throws TableError `invalid` for tables that are half filled, unless `halfFilled`.
   */
  static async open(
    engine: TableEngine,
    definitions: readonly TableDefinition[],
    options: VastDBManagerOptions = {},
  ): Promise<VastDBManager> {
    if (options.halfFilled !== true) await checkFilled(engine);
    const evolution = await ensureTables(engine, definitions);
    const schemas = await SchemaCache.open(engine, definitions);
    const isTimeline = (table: string, name: string): boolean => {
      const column = schemas.find(table)?.columns.find((each) => each.name === name);
      return column?.type === 'int64' && column.required === true;
    };
    const layer = {
      capabilities: engine.capabilities,
      executor: new QueryExecutor(engine.capabilities, isTimeline),
      schemas,
      monitor: new QueryMonitor(options),
      translate: options.translate ?? ((error: unknown) => error),
    };
    const attempts =
      options.conflictAttempts ?? (engine.capabilities.retriesConflicts === true ? 1 : CONFLICT_ATTEMPTS);
    return new VastDBManager(engine, layer, evolution, conflictPolicy(attempts));
  }

  /**
   * Whether one transaction may do the work of several callers. It may where transactions never run side by side, so that
   * a longer one conflicts with no more of them, and where nobody watches the queries of each caller.
   */
  get isShareable(): boolean {
    return this.#layer.capabilities.serializable && !this.#layer.monitor.isWatched;
  }

  /** A reader outside of any transaction; `background` for reads that take long. */
  reader(lane: Lane = 'interactive'): CommittedReader {
    return this.#readers[lane];
  }

  /** Rows as arrays, cells in the order of the asked columns: the fast form. */
  select<
    R extends Row,
    const Columns extends readonly ColumnOf<R>[],
    const Lookups extends readonly Lookup<ColumnOf<R>>[] = readonly [],
    Match extends TextQuery | undefined = undefined,
  >(query: TableQuery<R, Columns, Lookups, Match>): Promise<FoundRows<R, Columns, Lookups, Match>> {
    return this.#readers.interactive.select(query);
  }

  /** Rows as objects; with all columns of the table unless some are asked for. */
  selectRows<R extends Row, Column extends ColumnOf<R> = ColumnOf<R>>(
    query: RowQuery<R, Column>,
  ): Promise<FoundRow<R, Column>[]> {
    return this.#readers.interactive.selectRows(query);
  }

  /** How many rows `where` picks; without it, how many there are. */
  count<R extends Row>(table: Table<R>, where?: Where<R>): Promise<number> {
    return this.#readers.interactive.count(table, where);
  }

  /**
   * Runs `work` in a transaction: durable when the promise resolves, rolled back when `work` throws.
   * `work` may run more than once, since write conflicts are retried: it has no effects but those on
   * `tx`, and awaits nothing but `tx`.
   *
   * @throws TableError `conflict` when the retries are used up.
   */
  async transaction<T>(work: (tx: ManagedTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    const { monitor } = this.#layer;
    const started = performance.now();
    const managed = (tx: TableTransaction): Promise<T> => work(new ManagedTransaction(this.#layer, tx));
    // An engine may run several transactions one after the other, all in the asynchronous context of the first caller.
    const own = monitor.isWatched ? AsyncResource.bind(managed) : managed;
    try {
      const result = await retry(() => this.#engine.transaction(own, options), this.#conflicts);
      monitor.record(ALL_TABLES, 'transaction', started, 0);
      return result;
    } catch (error) {
      monitor.record(ALL_TABLES, 'transaction', started, 0, true);
      throw this.#layer.translate(error);
    }
  }

  /** Deletes the rows that `where` picks, at most `limit`, in one transaction. @returns how many rows. */
  delete<R extends Row>(
    table: Table<R>,
    where: Where<R>,
    options: TransactionOptions & { readonly limit?: number } = {},
  ): Promise<number> {
    return this.transaction((tx) => tx.delete(table, where, { limit: options.limit }), options);
  }

  /** The defined tables, and others that were refreshed by name. */
  listTables(): string[] {
    return this.#layer.schemas.tables();
  }

  stats(table: string): Promise<TableStats> {
    return this.#engine.stats(table);
  }

  /** Reads the columns of one table, or all tables, from the engine again. */
  refreshTableMetadata(table?: string): Promise<void> {
    return this.#layer.schemas.refresh(table);
  }

  performanceSummary(): PerformanceSummary {
    return this.#layer.monitor.summary();
  }

  /** The latest slow queries, newest first. */
  slowQueries(): SlowQuery[] {
    return this.#layer.monitor.slowQueries();
  }

  /** State of each address of a cluster; none on other engines. */
  endpointStatistics(): EndpointStatistics[] {
    return this.#engine.endpointStatistics?.() ?? [];
  }

  /** Use of each pool of connections; none if the engine has no pools. */
  poolStatistics(): PoolStatistics[] {
    return this.#engine.poolStatistics?.() ?? [];
  }

  resetPerformance(): void {
    this.#layer.monitor.reset();
  }

  /** Rejects with a TableError that says why the engine cannot be used. */
  health(): Promise<void> {
    return this.#engine.health();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
