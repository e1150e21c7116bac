import type { Cell, RowId, RowSet, SeekRequest, SelectRequest } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { Catalogue, type TableShape } from './catalogue.ts';
import type { Connection } from './connection.ts';
import { fullTextTable } from './full-text.ts';
import { countRows, seekRows, selectRows } from './row-reads.ts';
import { RowWrites } from './row-writes.ts';
import { toTableError, unlessBusy } from './sqlite-error.ts';

/**
 * Rows read and written over one connection, statement by statement and at once. The main thread
 * uses it directly, the background lane through messages to a worker that owns one. Every method
 * throws TableErrors only.
 */
export class Session {
  readonly #connection: Connection;
  readonly #catalogue: Catalogue;
  readonly #writes: RowWrites;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#catalogue = new Catalogue(connection);
    this.#writes = new RowWrites(connection, this.#catalogue);
  }

  /** Path of the database. */
  get file(): string {
    return this.#connection.file;
  }

  select(request: SelectRequest): RowSet {
    return this.#attempt(() => selectRows(this.#connection, this.#catalogue, request));
  }

  count(table: string, where?: Predicate): number {
    return this.#attempt(() => countRows(this.#connection, this.#catalogue, table, where));
  }

  seek(request: SeekRequest): (Cell[] | undefined)[] {
    return this.#attempt(() => seekRows(this.#connection, this.#catalogue, request));
  }

  insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    this.#attempt(() => this.#writes.insert(table, columns, rows));
  }

  update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): void {
    this.#attempt(() => this.#writes.update(table, rowIds, columns, rows));
  }

  delete(table: string, rowIds: readonly RowId[]): void {
    this.#attempt(() => this.#writes.delete(table, rowIds));
  }

  /** Starts a transaction that holds the write lock; false when another process holds it. */
  tryBegin(): boolean {
    return this.#attempt(() =>
      unlessBusy(() => {
        this.#connection.run('BEGIN IMMEDIATE');
        return true;
      }),
    );
  }

  /** Starts a read transaction: until `rollback`, all reads see the state of the first one. */
  beginRead(): void {
    this.#run('BEGIN');
  }

  /** Returns when the transaction is on disk. A transaction that cannot be committed is rolled back. */
  commit(): void {
    try {
      this.#run('COMMIT');
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Does nothing where SQLite has ended the transaction already. */
  rollback(): void {
    if (this.#connection.inTransaction()) this.#run('ROLLBACK');
  }

  /** Ends the transaction after a reported error. A failure here adds nothing to it. */
  abandon(): void {
    try {
      this.rollback();
    } catch {
      // The next transaction finds out whether the database can still be used.
    }
  }

  /** Whether a transaction is open: SQLite ends one by itself after some errors (a full disk, say). */
  inTransaction(): boolean {
    return this.#connection.inTransaction();
  }

  /** Marks a point within the transaction to which `rollbackToMark` returns; `releaseMark` drops it. */
  mark(): void {
    this.#run('SAVEPOINT work');
  }

  releaseMark(): void {
    this.#run('RELEASE work');
  }

  rollbackToMark(): void {
    this.#run('ROLLBACK TO work');
    this.#run('RELEASE work');
  }

  /** Changes with each commit of another connection, in this process or elsewhere, as soon as this one sees the commit. */
  dataVersion(): number {
    return this.#number('PRAGMA data_version');
  }

  /** The table, read afresh; undefined where there is none. */
  describe(table: string): TableShape | undefined {
    return this.#attempt(() => this.#catalogue.find(table));
  }

  /** Names of the table's indexes; that of its words is named as the table that it is. */
  listIndexes(table: string): string[] {
    return this.#attempt(() => {
      const found = this.#connection
        .prepare(`SELECT name FROM sqlite_schema WHERE (type = 'index' AND tbl_name = ?) OR name = ?`)
        .all(table, fullTextTable(table)) as unknown as [string][];
      return found.map(([name]) => name);
    });
  }

  listTables(): string[] {
    return this.#attempt(() => this.#catalogue.list());
  }

  /** Runs statements that change the schema. */
  execute(statements: readonly string[]): void {
    for (const sql of statements) this.#run(sql);
    this.#catalogue.forget();
  }

  /** Call it after another connection changed the schema. */
  forgetSchema(): void {
    this.#catalogue.forget();
  }

  /** Bytes of the table and its indexes on disk. Reads all of their pages' headers, so it takes long. */
  bytes(table: string): number {
    return this.#number(
      `SELECT coalesce(sum(pgsize), 0) FROM dbstat
       WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)`,
      this.#attempt(() => this.#catalogue.table(table)).name,
    );
  }

  /** Pages of the database including its log, and the pages that are free for new rows. */
  size(): { bytes: number; freed: number } {
    const pageSize = this.#number('PRAGMA page_size');
    return {
      bytes: this.#number('PRAGMA page_count') * pageSize,
      freed: this.#number('PRAGMA freelist_count') * pageSize,
    };
  }

  /** A trivial read; throws where the database cannot be used. */
  ping(): void {
    this.#run('SELECT 1 FROM sqlite_schema LIMIT 1');
  }

  close(): void {
    this.#connection.close();
  }

  #run(sql: string): void {
    this.#attempt(() => this.#connection.run(sql));
  }

  #number(sql: string, ...values: string[]): number {
    return this.#attempt(() => this.#connection.number(sql, ...values));
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }
}
