import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Cell, ColumnDefinition, RowId, RowSet, SeekRequest, SelectRequest } from '../../engine.ts';
import type { Predicate } from '../../predicate/predicate.ts';
import { TableError } from '../../table-error.ts';
import { boundedRows, type RawRows } from './bounded-select.ts';
import { Catalogue, type TableShape } from './catalogue.ts';
import { decoderOf, encodeCell } from './column-types.ts';
import type { Connection } from './connection.ts';
import { compilePredicate } from './predicate-compiler.ts';
import { fullTextTable, MATCH_CELLS, matchText } from './full-text.ts';
import { deleteText, insertText, seekText, selectText, updateText } from './row-statements.ts';
import { encodeKey, ROW_NUMBER, rowIdCells, rowIdColumns } from '../row-key.ts';
import { isBusy, toTableError } from './sqlite-error.ts';

/** Rows of one statement, where there are as many: the call of a statement costs a quarter of a row. */
const INSERTED_AT_ONCE = 32;

/**
 * Rows read and written over one connection, statement by statement and at once. The main thread
 * uses it directly, the background lane through messages to a worker that owns one. Every method
 * throws TableErrors only.
 */
export class Session {
  readonly #connection: Connection;
  readonly #catalogue: Catalogue;
  /** The latest write of each kind to each table: most have the columns of the one before. */
  readonly #inserts = new Map<string, PreparedWrite>();
  readonly #updates = new Map<string, PreparedWrite>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#catalogue = new Catalogue(connection);
  }

  /** Path of the database. */
  get file(): string {
    return this.#connection.file;
  }

  select(request: SelectRequest): RowSet {
    try {
      return this.#select(request);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  count(table: string, where?: Predicate): number {
    try {
      const shape = this.#catalogue.table(table);
      const values: SQLInputValue[] = [];
      let sql = `SELECT count(*) FROM "${shape.name}"`;
      if (where !== undefined) sql += ` WHERE ${compilePredicate(this.#catalogue, shape, where, values)}`;
      const rows = this.#connection.prepare(sql).all(...values) as unknown as [bigint][];
      return Number(rows[0]?.[0] ?? 0n);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  seek(request: SeekRequest): (Cell[] | undefined)[] {
    try {
      const shape = this.#catalogue.table(request.table);
      const columns = request.columns.map((name) => this.#catalogue.column(shape, name));
      const values: SQLInputValue[] = [];
      const sql = seekText(this.#catalogue, shape, columns, request, values);
      const rows = this.#connection.prepare(sql).all(...values) as unknown as SQLOutputValue[][];
      decodeColumns(rows, columns);
      const found: (Cell[] | undefined)[] = request.points.map(() => undefined);
      for (const row of rows) found[Number(row.pop())] = row;
      return found;
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** All rows or, when it throws, none. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0) return;
    this.#atOnce(rows.length, () => {
      const { shape, targets, statement } = this.#prepared(this.#inserts, table, columns, insertText);
      const manyAtOnce = columns.length > 0 && rows.length >= INSERTED_AT_ONCE;
      const batch = manyAtOnce ? this.#connection.prepare(insertText(shape, targets, INSERTED_AT_ONCE)) : undefined;
      for (let from = 0; from < rows.length;) {
        const isBatch = batch !== undefined && rows.length - from >= INSERTED_AT_ONCE;
        const to = from + (isBatch ? INSERTED_AT_ONCE : 1);
        const values: SQLInputValue[] = [];
        for (; from < to; from++) encodeRow(shape, targets, rows[from] ?? [], values);
        (isBatch ? batch : statement).run(...values);
      }
    });
  }

  /** All rows or, when it throws, none. The id of a row that is gone is passed over. */
  update(
    table: string,
    rowIds: readonly RowId[],
    columns: readonly string[],
    rows: readonly (readonly Cell[])[],
  ): void {
    if (rowIds.length !== rows.length) {
      throw new TableError('invalid', `${rowIds.length} row ids came with ${rows.length} rows for ${table}.`);
    }
    if (rowIds.length === 0 || columns.length === 0) return;
    this.#atOnce(rowIds.length, () => {
      const { shape, targets, statement } = this.#prepared(this.#updates, table, columns, updateText);
      for (const [index, id] of rowIds.entries()) {
        const values: SQLInputValue[] = [];
        encodeRow(shape, targets, rows[index] ?? [], values);
        statement.run(...values, ...rowIdValues(shape, id));
      }
    });
  }

  /** The id of a row that is gone is passed over. */
  delete(table: string, rowIds: readonly RowId[]): void {
    if (rowIds.length === 0) return;
    this.#atOnce(rowIds.length, () => {
      const shape = this.#catalogue.table(table);
      const statement = this.#connection.prepare(deleteText(shape));
      for (const id of rowIds) statement.run(...rowIdValues(shape, id));
    });
  }

  /** Starts a transaction that holds the write lock; false when another process holds it. */
  tryBegin(): boolean {
    try {
      this.#connection.run('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw toTableError(error, this.#connection.file);
    }
  }

  /** Starts a read transaction: until `rollback`, all reads see the state of the first one. */
  beginRead(): void {
    this.#run('BEGIN');
  }

  /** Returns when the transaction is on disk. A transaction that cannot be committed is rolled back. */
  commit(): void {
    try {
      this.#connection.run('COMMIT');
    } catch (error) {
      this.abandon();
      throw toTableError(error, this.#connection.file);
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

  /** Changes with each commit of another connection, in this process or elsewhere, once this one reads what it left. */
  dataVersion(): number {
    try {
      const [row] = this.#connection.prepare('PRAGMA data_version').all() as unknown as [bigint][];
      return Number(row?.[0]);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** The table, read afresh; undefined where there is none. */
  describe(table: string): TableShape | undefined {
    try {
      return this.#catalogue.find(table);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** Names of the table's indexes; that of its words is named as the table that it is. */
  listIndexes(table: string): string[] {
    try {
      const found = this.#connection
        .prepare(`SELECT name FROM sqlite_schema WHERE (type = 'index' AND tbl_name = ?) OR name = ?`)
        .all(table, fullTextTable(table)) as unknown as [string][];
      return found.map(([name]) => name);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  listTables(): string[] {
    try {
      return this.#catalogue.list();
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
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
    try {
      const shape = this.#catalogue.table(table);
      const rows = this.#connection
        .prepare(
          `SELECT coalesce(sum(pgsize), 0) FROM dbstat
           WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)`,
        )
        .all(shape.name) as unknown as [bigint][];
      return Number(rows[0]?.[0] ?? 0n);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** Pages of the database including its log, and the pages that are free for new rows. */
  size(): { bytes: number; freed: number } {
    try {
      const read = (name: string): number => {
        const [row] = this.#connection.prepare(`PRAGMA ${name}`).all() as unknown as [bigint][];
        return Number(row?.[0] ?? 0n);
      };
      const pageSize = read('page_size');
      return { bytes: read('page_count') * pageSize, freed: read('freelist_count') * pageSize };
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** A trivial read; throws where the database cannot be used. */
  ping(): void {
    this.#run('SELECT 1 FROM sqlite_schema LIMIT 1');
  }

  close(): void {
    this.#connection.close();
  }

  #run(sql: string): void {
    try {
      this.#connection.run(sql);
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
  }

  /** SQLite undoes a single statement that fails; several of them need a mark to go back to. */
  #atOnce(statements: number, work: () => void): void {
    // Without a transaction each statement would commit on its own.
    if (!this.#connection.inTransaction()) {
      throw new TableError('unavailable', 'The transaction was undone by an earlier error. Try again.');
    }
    const marked = statements > 1;
    if (marked) this.#run('SAVEPOINT rows');
    try {
      work();
    } catch (error) {
      if (marked && this.#connection.inTransaction()) {
        this.#run('ROLLBACK TO rows');
        this.#run('RELEASE rows');
      }
      throw toTableError(error, this.#connection.file);
    }
    if (marked) this.#run('RELEASE rows');
  }

  #prepared(
    kept: Map<string, PreparedWrite>,
    table: string,
    columns: readonly string[],
    text: (shape: TableShape, targets: readonly ColumnDefinition[]) => string,
  ): PreparedWrite {
    const shape = this.#catalogue.table(table);
    const known = kept.get(table);
    if (known?.columns === columns && known.shape === shape) return known;
    const targets = columns.map((name) => this.#catalogue.column(shape, name));
    const made = { columns, shape, targets, statement: this.#connection.prepare(text(shape, targets)) };
    kept.set(table, made);
    return made;
  }

  #select(request: SelectRequest): RowSet {
    const shape = this.#catalogue.table(request.table);
    const columns = request.columns.map((name) => this.#catalogue.column(shape, name));
    const { rows, cut } = this.#rawRows(shape, columns, request);
    const rowIds: RowId[] = [];
    const asked = columns.length + (request.lookups?.length ?? 0) + (request.match === undefined ? 0 : MATCH_CELLS);
    if (request.rowIds === true) {
      for (const row of rows) rowIds.push(takeRowId(shape, row, asked));
    } else if (asked === 0) {
      for (const row of rows) row.length = 0;
    }
    decodeColumns(rows, columns);
    if (request.match !== undefined) for (const row of rows) row.push(Number(row.pop() ?? 0n));
    return cut ? { rows, rowIds, cut } : { rows, rowIds };
  }

  #rawRows(shape: TableShape, columns: readonly ColumnDefinition[], request: SelectRequest): RawRows {
    const { match, maxBytes } = request;
    if (maxBytes !== undefined) {
      return boundedRows(this.#connection, this.#catalogue, shape, columns, request, maxBytes);
    }
    const values: SQLInputValue[] = [];
    const sql =
      match === undefined
        ? selectText(this.#catalogue, shape, columns, request, values)
        : matchText(this.#catalogue, shape, columns, request, match, values);
    return { rows: this.#connection.prepare(sql).all(...values) as unknown as SQLOutputValue[][], cut: false };
  }
}

interface PreparedWrite {
  readonly columns: readonly string[];
  readonly shape: TableShape;
  readonly targets: readonly ColumnDefinition[];
  readonly statement: StatementSync;
}

/** Appends the row's cells to `values`, as SQLite keeps them. */
function encodeRow(
  shape: TableShape,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
  values: SQLInputValue[],
): void {
  if (row.length !== columns.length) {
    throw new TableError(
      'invalid',
      `A row of ${row.length} cells came for ${columns.length} columns of ${shape.name}.`,
    );
  }
  for (const [index, column] of columns.entries()) values.push(encodeCell(shape.name, column, row[index] ?? null));
}

/** The values that find the row of an id, as SQLite keeps them. */
function rowIdValues(shape: TableShape, id: RowId): SQLInputValue[] {
  const columns = rowIdColumns(shape);
  return rowIdCells(shape, id).map((cell, index) => encodeCell(shape.name, columns[index] ?? ROW_NUMBER, cell));
}

/** Cuts the cells that make the row's id from the row's end. */
function takeRowId(shape: TableShape, row: SQLOutputValue[], columns: number): RowId {
  const [first, ...others] = row.splice(columns);
  if (shape.key.length === 0 && typeof first === 'bigint') return first;
  const cells = [first ?? null, ...others];
  return encodeKey(cells.map((cell, index) => decoderOf(shape.key[index]?.type ?? 'string')?.(cell) ?? cell));
}

/** Turns cells back in place; columns whose cells need nothing done are not even looked at. */
function decodeColumns(
  rows: SQLOutputValue[][],
  columns: readonly ColumnDefinition[],
): asserts rows is Cell[][] & SQLOutputValue[][] {
  for (const [index, column] of columns.entries()) {
    const decode = decoderOf(column.type);
    if (decode === undefined) continue;
    for (const row of rows as Cell[][]) row[index] = decode((row[index] ?? null) as SQLOutputValue);
  }
}
