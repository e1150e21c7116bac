import { open, readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Row } from '../../src/vastdb/engine.ts';
import { describeParquet, scanParquet } from '../../src/vastdb/analytics/foreign-parquet.ts';
import { foreignArrowColumns, readForeignArrow } from '../../src/vastdb/transfer/foreign-arrow-reader.ts';
import type { ForeignTable, ForeignTables } from '../../src/vastdb/foreign/foreign-tables.ts';

type Files = Readonly<Record<'parquet' | 'arrow', readonly string[]>>;

/** The folder's files for each table: one that is called as the table is, or a folder of that name with any. */
export class ForeignFiles implements ForeignTables {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async describe(table: string): Promise<ForeignTable | undefined> {
    const { parquet, arrow } = await this.#filesOf(table);
    if (parquet.length + arrow.length === 0) return undefined;
    const columns = new Set<string>();
    for (const path of arrow) for (const name of await foreignArrowColumns(path)) columns.add(name);
    if (parquet.length === 0) return { columns: [...columns] };
    const { types, rows } = await describeParquet(parquet);
    for (const name of types.keys()) columns.add(name);
    return { columns: [...columns], rows: arrow.length === 0 ? rows : undefined };
  }

  async *scan(table: string, columns: readonly string[]): AsyncGenerator<Row[]> {
    const { parquet, arrow } = await this.#filesOf(table);
    const rowOf = (cells: readonly Row[string][]): Row =>
      Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null]));
    for (const path of arrow) {
      for await (const page of readForeignArrow(path, columns)) yield page.map(rowOf);
    }
    if (parquet.length === 0) return;
    for await (const page of scanParquet(parquet, columns)) yield page.map(rowOf);
  }

  async close(): Promise<void> {
    // Files are open while they are read.
  }

  async #filesOf(table: string): Promise<Files> {
    const paths: string[] = [];
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      const path = join(this.#folder, entry.name);
      if (entry.isDirectory() && entry.name === table) {
        const names = await readdir(path);
        // Such as _SUCCESS, which Spark writes.
        paths.push(...names.filter((name) => !/^[._]/.test(name)).map((name) => join(path, name)));
      } else if (entry.isFile() && parse(entry.name).name === table) paths.push(path);
    }
    const files: Record<keyof Files, string[]> = { parquet: [], arrow: [] };
    for (const path of paths.sort()) files[await formatOf(path)].push(path);
    return files;
  }
}

/** Names of files say little: Trino writes Parquet without an extension. */
async function formatOf(path: string): Promise<keyof Files> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const start = buffer.subarray(0, bytesRead).toString('latin1');
    if (start.startsWith('PAR1')) return 'parquet';
    if (start === 'ARROW1' || start.startsWith('\xff\xff\xff\xff')) return 'arrow';
  } finally {
    await file.close();
  }
  throw new Error(`${path} is neither a Parquet file nor an Arrow file or stream.`);
}
