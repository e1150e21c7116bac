import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Cell } from '../engine.ts';
import { type DuckDB, loadDuckDB } from './compute.ts';
import { literal, pagesOf } from './values.ts';

/** Some writers make one page of all cells of a row group, and a page is read as a whole. */
const MEMORY_MIB = 512;

/**
 * Names and types of the columns of Parquet files, and how many rows they have together. Columns are told by their names.
 *
 * @throws Error that names the file which is none; AnalysisError `missing` where the library cannot be loaded.
 */
export async function describeParquet(
  paths: readonly string[],
): Promise<{ readonly types: ReadonlyMap<string, string>; readonly rows: number }> {
  for await (const { connection } of opened()) return await described(connection, listOf(paths));
  throw new Error('unreachable');
}

/**
 * The rows of Parquet files, some at a time, with times as nanoseconds since 1970, lists of numbers as vectors, and other
 * values that have no type of ours as text or JSON.
 */
export async function* scanParquet(paths: readonly string[], columns: readonly string[]): AsyncGenerator<Cell[][]> {
  for await (const { connection, duckdb } of opened()) {
    const list = listOf(paths);
    const { types } = await described(connection, list);
    const selected = columns.map((name) => expressionOf(name, types.get(name) ?? '')).join(', ');
    const cellOf = (cell: DuckDBValue): Cell =>
      cell instanceof duckdb.DuckDBListValue ? Float32Array.from(cell.items as number[]) : (cell as Cell);
    for await (const page of pagesOf(connection, `SELECT ${selected} FROM ${list}`)) {
      yield page.map((row) => row.map(cellOf));
    }
  }
}

/** Yields once; all memory is given back when its user goes on. */
async function* opened(): AsyncGenerator<{ readonly connection: DuckDBConnection; readonly duckdb: DuckDB }> {
  const duckdb = await loadDuckDB();
  const instance = await duckdb.DuckDBInstance.create(':memory:', { memory_limit: `${MEMORY_MIB}MiB`, threads: '1' });
  const connection = await instance.connect();
  try {
    yield { connection, duckdb };
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

async function described(connection: DuckDBConnection, list: string) {
  const types = new Map<string, string>();
  for await (const page of pagesOf(connection, `DESCRIBE SELECT * FROM ${list}`)) {
    for (const [name, type] of page) types.set(String(name), String(type));
  }
  let rows = 0;
  for await (const page of pagesOf(connection, `SELECT count(*) FROM ${list}`)) rows = Number(page[0]?.[0]);
  return { types, rows };
}

const listOf = (paths: readonly string[]): string =>
  `read_parquet([${paths.map(literal).join(', ')}], union_by_name = true)`;

const AS_IT_IS = /^(?:VARCHAR|BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE)$/;

function expressionOf(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (AS_IT_IS.test(type)) return column;
  if (type.startsWith('TIMESTAMP')) return `epoch_ns(${column})`;
  if (/^(?:FLOAT|DOUBLE)\[\d*\]$/.test(type)) return `${column}::FLOAT[]`;
  if (type === 'BLOB') return `decode(${column})`;
  return /[[(]/.test(type) && !type.startsWith('DECIMAL') ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
}
