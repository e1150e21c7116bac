import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type DuckDB, loadDuckDB } from './compute.ts';
import { literal, pagesOf } from './values.ts';

/** The library's own, beside what the process has. The rest is on the disk. */
const MEMORY_MIB = 384;
const THREADS = 1;
/** The rows of a chunk of DuckDB, at most. */
const CHUNK_ROWS = 2048;
/** Rows that stay in memory until they are written together: of the library's own 122,880 vectors take hundreds of megabytes. */
const ROW_GROUP_ROWS = 8 * CHUNK_ROWS;
/** The share of the free disk that may be used. */
const DISK_SHARE = 0.9;

export type ScratchType = 'text' | 'int' | 'float' | 'bool' | 'bytes';
/** Integers are bigint. */
export type ScratchCell = string | bigint | number | boolean | Uint8Array | null;

/** Tables for the time of a command, to sort and to join rows of which there are more than fit into memory. */
export class ScratchTables {
  readonly #duckdb: DuckDB;
  readonly #instance: DuckDBInstance;

  private constructor(duckdb: DuckDB, instance: DuckDBInstance) {
    this.#duckdb = duckdb;
    this.#instance = instance;
  }

  /**
   * @param folder on a disk with room for all rows twice; its owner removes it.
   * @throws AnalysisError `missing` where the library cannot be loaded.
   */
  static async open(folder: string): Promise<ScratchTables> {
    const duckdb = await loadDuckDB();
    const { bavail, bsize } = await statfs(folder);
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      memory_limit: `${MEMORY_MIB}MiB`,
      threads: String(THREADS),
      temp_directory: join(folder, 'spilled'),
      max_temp_directory_size: `${Math.floor((bavail * bsize * DISK_SHARE) / 2 ** 20)}MiB`,
      preserve_insertion_order: 'false',
    });
    const connection = await instance.connect();
    const file = literal(join(folder, 'scratch.duckdb'));
    await connection.run(`ATTACH ${file} AS scratch (ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`);
    connection.disconnectSync();
    return new ScratchTables(duckdb, instance);
  }

  /** Makes a table of these rows, each with its cells in the order of the columns. Names are ours. */
  async fill(
    table: string,
    columns: Readonly<Record<string, ScratchType>>,
    rows: AsyncIterable<readonly (readonly ScratchCell[])[]>,
  ): Promise<void> {
    const { BIGINT, BLOB, BOOLEAN, DOUBLE, VARCHAR, DuckDBBlobValue, DuckDBDataChunk } = this.#duckdb;
    const types = { text: VARCHAR, int: BIGINT, float: DOUBLE, bool: BOOLEAN, bytes: BLOB };
    const kept = Object.values(columns);
    const chunkTypes: readonly DuckDBType[] = kept.map((type) => types[type]);
    const declared = Object.entries(columns).map(([name, type]) => `${name} ${types[type].toString()}`);
    const connection = await this.#connect();
    try {
      // Else each part of the rows would be written twice.
      await connection.run('BEGIN');
      await connection.run(`CREATE TABLE ${table} (${declared.join(', ')})`);
      const appender = await connection.createAppender(table);
      const value = (cell: ScratchCell): DuckDBValue => (cell instanceof Uint8Array ? new DuckDBBlobValue(cell) : cell);
      // One for all: its memory is given back when the garbage collector finds it, which does not know how much it is.
      const chunk = DuckDBDataChunk.create(chunkTypes);
      for await (const page of rows) {
        for (let start = 0; start < page.length; start += CHUNK_ROWS) {
          chunk.reset();
          chunk.setRows(page.slice(start, start + CHUNK_ROWS).map((row) => row.map(value)));
          appender.appendDataChunk(chunk);
          // It would keep 200,000 rows beside the memory that the library may use.
          appender.flushSync();
        }
      }
      appender.closeSync();
      await connection.run('COMMIT');
    } finally {
      connection.disconnectSync();
    }
  }

  /** The rows of a statement's answer, some at a time, with the cells in its order; the next are computed when they are asked for. */
  async *rows(sql: string): AsyncGenerator<ScratchCell[][]> {
    const connection = await this.#connect();
    try {
      for await (const page of pagesOf(connection, sql)) {
        yield page.map((row) => row.map((cell) => this.#cellOf(cell)));
      }
    } finally {
      connection.disconnectSync();
    }
  }

  async run(sql: string): Promise<void> {
    const connection = await this.#connect();
    try {
      await connection.run(sql);
    } finally {
      connection.disconnectSync();
    }
  }

  /** Its owner removes the folder. */
  close(): void {
    this.#instance.closeSync();
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    await connection.run('USE scratch');
    return connection;
  }

  #cellOf(cell: DuckDBValue): ScratchCell {
    return cell instanceof this.#duckdb.DuckDBBlobValue ? cell.bytes : (cell as ScratchCell);
  }
}
