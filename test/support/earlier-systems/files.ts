import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Bool, DataType, Field, Float32, Int32, Table, tableToIPC } from 'apache-arrow';
import { columnsOf, type EarlierTable } from './arrow-rows.ts';

/** How the rows of a table are kept: one Parquet file, two of them in a folder, an Arrow file, or an Arrow stream. */
export type Kept = 'parquet' | 'parquet-parts' | 'arrow-file' | 'arrow-stream';

/** Writes tables as somebody's exports might be. */
export async function putInFiles(
  folder: string,
  tables: readonly EarlierTable[],
  keptAs: (table: string, index: number) => Kept,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const [index, table] of tables.entries()) {
    const kept = keptAs(table.name, index);
    const path = join(folder, table.name);
    if (kept === 'arrow-file' || kept === 'arrow-stream') {
      const fields = Object.entries(table.columns).map(([name, type]) => new Field(name, type, true));
      const columns = Object.fromEntries(columnsOf(fields, table.rows).map(([{ name }, vector]) => [name, vector]));
      await writeFile(`${path}.arrow`, tableToIPC(new Table(columns), kept === 'arrow-file' ? 'file' : 'stream'));
      continue;
    }
    const half = Math.ceil(table.rows.length / 2);
    if (kept === 'parquet-parts') {
      await mkdir(path);
      await writeFile(join(path, '_SUCCESS'), '');
    }
    const parts = kept === 'parquet' ? [table.rows] : [table.rows.slice(0, half), table.rows.slice(half)];
    for (const [part, rows] of parts.entries()) {
      const lines = rows.map((row) => JSON.stringify(row, plain));
      await writeFile(`${path}.json`, lines.join('\n'));
      const types = Object.entries(table.columns).map(([name, type]) => `'${name}': '${jsonTypeOf(type)}'`);
      const cells = Object.entries(table.columns).map(([name, type]) => expressionOf(name, type));
      const read = `read_json('${path}.json', format = 'newline_delimited', columns = {${types.join(', ')}})`;
      const file = kept === 'parquet' ? `${path}.parquet` : join(path, `part-${part}`);
      await connection.run(`COPY (SELECT ${cells.join(', ')} FROM ${read}) TO '${file}' (FORMAT parquet)`);
      await rm(`${path}.json`);
    }
  }
  connection.disconnectSync();
  instance.closeSync();
}

const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value instanceof Float32Array ? [...value] : value;

function jsonTypeOf(type: DataType): string {
  if (DataType.isInt(type) || DataType.isTimestamp(type)) return type instanceof Int32 ? 'INTEGER' : 'BIGINT';
  if (type instanceof Bool) return 'BOOLEAN';
  if (type instanceof Float32) return 'FLOAT';
  return DataType.isFixedSizeList(type) ? 'FLOAT[]' : 'VARCHAR';
}

/** Times of the rows are milliseconds. */
const expressionOf = (name: string, type: DataType): string =>
  DataType.isTimestamp(type) ? `make_timestamp("${name}" * 1000)::TIMESTAMP_NS AS "${name}"` : `"${name}"`;
