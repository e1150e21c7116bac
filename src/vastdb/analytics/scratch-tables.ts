import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type DuckDB, loadDuckDB } from './compute.ts';
import { literal } from './values.ts';

/** The library's own, beside what the process has. The rest is on the disk. */
const MEMORY_MIB = 1024;
const THREADS = 2;
/** The rows of a chunk of DuckDB, at most. */
const CHUNK_ROWS = 2048;
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
    const instance = await duckdb.DuckDBInstance.create(join(folder, 'scratch.duckdb'), {
      memory_limit: `${MEMORY_MIB}MiB`,
      threads: String(THREADS),
      temp_directory: join(folder, 'spilled'),
      max_temp_directory_size: `${Math.floor((bavail * bsize * DISK_SHARE) / 2 ** 20)}MiB`,
      preserve_insertion_order: 'false',
    });
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
    const connection = await this.#instance.connect();
    try {
      await connection.run(`CREATE TABLE ${table} (${declared.join(', ')})`);
      const appender = await connection.createAppender(table);
      const value = (cell: ScratchCell): DuckDBValue => (cell instanceof Uint8Array ? new DuckDBBlobValue(cell) : cell);
      for await (const page of rows) {
        for (let start = 0; start < page.length; start += CHUNK_ROWS) {
          const chunk = DuckDBDataChunk.create(chunkTypes, Math.min(CHUNK_ROWS, page.length - start));
          chunk.setRows(page.slice(start, start + CHUNK_ROWS).map((row) => row.map(value)));
          appender.appendDataChunk(chunk);
        }
      }
      appender.closeSync();
    } finally {
      connection.disconnectSync();
    }
  }

  /** The rows of a statement's answer, some at a time, with the cells in its order; the next are computed when they are asked for. */
  async *rows(sql: string): AsyncGenerator<ScratchCell[][]> {
    const connection = await this.#instance.connect();
    try {
      for await (const page of pagesOf(connection, sql)) {
        yield page.map((row) => row.map((cell) => this.#cellOf(cell)));
      }
    } finally {
      connection.disconnectSync();
    }
  }

  async run(sql: string): Promise<void> {
    const connection = await this.#instance.connect();
    try {
      await connection.run(sql);
    } finally {
      connection.disconnectSync();
    }
  }

  /**
   * Names and types of the columns of Parquet files, and how many rows they have together. Columns are told by their names.
   *
   * @throws Error that names the file which is none.
   */
  async describeParquet(paths: readonly string[]): Promise<{ types: Map<string, string>; rows: number }> {
    const list = listOf(paths);
    const types = new Map<string, string>();
    for await (const page of this.rows(`DESCRIBE SELECT * FROM read_parquet(${list}, union_by_name = true)`)) {
      for (const [name, type] of page) types.set(String(name), String(type));
    }
    let rows = 0;
    for await (const page of this.rows(`SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(${list})`)) {
      rows = Number(page[0]?.[0]);
    }
    return { types, rows };
  }

  /** The rows of Parquet files, with times as nanoseconds since 1970, and what has no type of ours as text or JSON. */
  async *scanParquet(
    paths: readonly string[],
    columns: readonly string[],
  ): AsyncGenerator<(ScratchCell | Float32Array)[][]> {
    const { types } = await this.describeParquet(paths);
    const selected = columns.map((name) => expressionOf(name, types.get(name) ?? '')).join(', ');
    const connection = await this.#instance.connect();
    try {
      const sql = `SELECT ${selected} FROM read_parquet(${listOf(paths)}, union_by_name = true)`;
      for await (const page of pagesOf(connection, sql)) {
        yield page.map((row) => row.map((cell) => this.#vectorOf(cell) ?? this.#cellOf(cell)));
      }
    } finally {
      connection.disconnectSync();
    }
  }

  /** Its owner removes the folder. */
  close(): void {
    this.#instance.closeSync();
  }

  #vectorOf(cell: DuckDBValue): Float32Array | undefined {
    return cell instanceof this.#duckdb.DuckDBListValue ? Float32Array.from(cell.items as number[]) : undefined;
  }

  #cellOf(cell: DuckDBValue): ScratchCell {
    return cell instanceof this.#duckdb.DuckDBBlobValue ? cell.bytes : (cell as ScratchCell);
  }
}

async function* pagesOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBValue[][]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}

const listOf = (paths: readonly string[]): string => `[${paths.map(literal).join(', ')}]`;

const AS_IT_IS = /^(?:VARCHAR|BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE)$/;

function expressionOf(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (AS_IT_IS.test(type)) return column;
  if (type.startsWith('TIMESTAMP')) return `epoch_ns(${column})`;
  if (/^(?:FLOAT|DOUBLE)\[\d*\]$/.test(type)) return `${column}::FLOAT[]`;
  if (type === 'BLOB') return `decode(${column})`;
  return /[[(]/.test(type) && !type.startsWith('DECIMAL') ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
}
