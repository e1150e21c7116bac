import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { toTableError } from './sqlite-error.ts';

/** Durability of a commit: `full` survives a power cut, `normal` the death of the process. */
export type Synchronous = 'full' | 'normal';

export interface ConnectionOptions {
  readonly file: string;
  readonly synchronous: Synchronous;
  /** Memory for pages of this connection, in KiB. */
  readonly cacheKib: number;
  /** A connection for reads refuses to write. */
  readonly purpose: 'read' | 'write';
  /** How long a call may wait for another process's lock, blocking its thread; 0 on the main thread. */
  readonly busyTimeoutMs: number;
}

/** Prepared statements kept per connection. The server's own statements are a few dozen. */
const keptStatements = 256;

/** Longer statements are rare and each of its own kind (long lists of conditions), so they are not kept. */
const longestKeptStatement = 8192;

/** Only a safety net: the checkpointer copies the log back long before, off the main thread. */
const autoCheckpointPages = 50_000;

/** Size to which the log file is cut when it starts over. */
const logSizeLimitBytes = 4 * 1024 * 1024;

/** One open database with its prepared statements. */
export class Connection {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws TableError where the file cannot be opened or is no database. */
  constructor(options: ConnectionOptions) {
    this.file = options.file;
    try {
      this.#database = new DatabaseSync(options.file, { enableForeignKeyConstraints: false, timeout: 0 });
      this.#configure(options);
    } catch (error) {
      throw toTableError(error, options.file);
    }
  }

  #configure(options: ConnectionOptions): void {
    const settings = [
      `busy_timeout = ${options.busyTimeoutMs}`,
      'journal_mode = WAL',
      `synchronous = ${options.synchronous.toUpperCase()}`,
      `cache_size = -${options.cacheKib}`,
      'temp_store = MEMORY',
      `wal_autocheckpoint = ${autoCheckpointPages}`,
      `journal_size_limit = ${logSizeLimitBytes}`,
      `query_only = ${options.purpose === 'read' ? 'ON' : 'OFF'}`,
    ];
    try {
      for (const setting of settings) this.#database.exec(`PRAGMA ${setting}`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Whether a transaction is open: SQLite ends one by itself after some errors (a full disk, say). */
  inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /**
   * The statement of this text, prepared once while it is kept. It returns rows as
   * arrays and integers as bigint.
   */
  prepare(sql: string): StatementSync {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    if (sql.length > longestKeptStatement) return statement;
    if (this.#statements.size >= keptStatements) {
      // Drops the oldest. Tracking the order of use would cost every call.
      const [first] = this.#statements.keys();
      if (first !== undefined) this.#statements.delete(first);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs a statement that takes no values and returns no rows. */
  run(sql: string): void {
    this.prepare(sql).run();
  }

  /** The integer that a statement returns; 0 where it returns nothing. */
  number(sql: string, ...values: SQLInputValue[]): number {
    const [row] = this.prepare(sql).all(...values) as unknown as [bigint][];
    return Number(row?.[0] ?? 0n);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
