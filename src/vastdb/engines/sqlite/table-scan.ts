import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Cell, ColumnBatch, ColumnDefinition, ScanRequest } from '../../engine.ts';
import { SCAN_BATCH_ROWS } from '../../engine.ts';
import { checkScan } from '../request-checks.ts';
import { Catalogue } from './catalogue.ts';
import { decoderOf } from './column-types.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { selectText } from './row-statements.ts';
import { toTableError } from './sqlite-error.ts';

/** Rows are read once and in order, so a cache would keep what nobody asks for again. */
const CACHE_KIB = 1024;

/**
 * Bytes of texts and blobs per batch: with long ones a batch has fewer rows, so that two batches fit into any thread's
 * memory.
 */
const BATCH_CELL_BYTES = 8 * 2 ** 20;
/** Bytes per requested row: small batches are meant to save memory, so long texts make them smaller. */
const ROW_CELL_BYTES = 1024;

/**
 * One statement that is read batch by batch, over a connection of its own: its snapshot lasts until the end, and other
 * reads of the thread must not be held back in it. Blocks its thread for a batch at a time.
 */
export class TableScan {
  readonly #connection: Connection;
  readonly #columns: readonly ColumnDefinition[];
  readonly #rows: Iterator<SQLOutputValue[]>;
  readonly #batchRows: number;
  readonly #batchCellBytes: number;

  /** @throws TableError `invalid` for unknown tables and columns. */
  constructor(options: ConnectionOptions, request: Omit<ScanRequest, 'signal'>) {
    checkScan(request);
    const { batchRows = SCAN_BATCH_ROWS } = request;
    this.#batchRows = batchRows;
    this.#batchCellBytes = Math.min(BATCH_CELL_BYTES, batchRows * ROW_CELL_BYTES);
    this.#connection = new Connection({ ...options, purpose: 'read', cacheKib: CACHE_KIB });
    try {
      const catalogue = new Catalogue(this.#connection);
      const shape = catalogue.table(request.table);
      this.#columns = request.columns.map((name) => catalogue.column(shape, name));
      const values: SQLInputValue[] = [];
      const sql = selectText(catalogue, shape, this.#columns, request, values);
      this.#rows = this.#connection.prepare(sql).iterate(...values) as unknown as Iterator<SQLOutputValue[]>;
    } catch (error) {
      this.#connection.close();
      throw toTableError(error, options.file);
    }
  }

  /** Undefined when there are no more rows. */
  next(): ColumnBatch | undefined {
    const columns = this.#columns.map((): Cell[] => []);
    let rowCount = 0;
    let size = 0;
    try {
      while (rowCount < this.#batchRows && size < this.#batchCellBytes) {
        const next: IteratorResult<SQLOutputValue[]> = this.#rows.next();
        if (next.done === true) break;
        for (let position = 0; position < columns.length; position++) {
          const cell = next.value[position] ?? null;
          columns[position]?.push(cell);
          if (typeof cell === 'string' || cell instanceof Uint8Array) size += cell.length;
        }
        rowCount++;
      }
    } catch (error) {
      throw toTableError(error, this.#connection.file);
    }
    if (rowCount === 0) return undefined;
    return { rowCount, columns: columns.map((cells, position) => decoded(cells, this.#columns[position])) };
  }

  close(): void {
    // The statement has to be reset before the connection goes, or the snapshot stays.
    this.#rows.return?.();
    this.#connection.close();
  }
}

function decoded(cells: Cell[], column: ColumnDefinition | undefined): Cell[] {
  const decode = column && decoderOf(column.type);
  return decode === undefined ? cells : cells.map((cell) => decode(cell as SQLOutputValue));
}
