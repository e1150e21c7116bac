import type { ScratchCell, ScratchTables } from '../../../vastdb/analytics/scratch-tables.ts';
import type { Row } from '../../../vastdb/engine.ts';
import type { ImportReport } from '../../../vastdb/foreign/import-report.ts';
import type { FileRows, PartRow } from './exr-header.ts';

/** A file of the earlier system with all rows below it. */
export interface EarlierFile extends FileRows {
  readonly id: string;
  readonly key: string;
  readonly size: number;
  readonly hash: string;
  readonly mtime: string | null;
  readonly inspections: bigint;
  readonly firstMs: bigint;
  readonly lastMs: bigint;
}

/** A file has several rows there when it was changed: the last inspection of a key counts. */
const CHOSEN = `CREATE TABLE chosen AS
  SELECT *, row_number() OVER (ORDER BY key) AS number FROM files
  QUALIFY row_number() OVER (PARTITION BY key ORDER BY last_ms DESC, file_id) = 1`;

const FILES =
  'SELECT number, file_id, key, size, hash, mtime, inspections, first_ms, last_ms FROM chosen ORDER BY number';
const PARTS = `SELECT number, p.part, '', p.described FROM parts p JOIN chosen USING (file_id)
  QUALIFY row_number() OVER (PARTITION BY number, p.part) = 1 ORDER BY number, p.part`;
const below = (table: string): string => `
  SELECT number, coalesce(t.part, p.part, 0), t.name, t.described FROM ${table} t JOIN chosen USING (file_id)
  LEFT JOIN (SELECT DISTINCT file_id, part_id, part FROM parts) p ON p.file_id = t.file_id AND p.part_id = t.part_id
  QUALIFY row_number() OVER (PARTITION BY number, coalesce(t.part, p.part, 0), t.name) = 1
  ORDER BY 1, 2, 3`;

/** The files that the staged rows make, each whole; rows of no file are in the report. */
export async function* earlierFiles(scratch: ScratchTables, report: ImportReport): AsyncGenerator<EarlierFile> {
  await scratch.run(CHOSEN);
  for await (const [[older] = []] of scratch.rows(
    `SELECT count(*) FROM files WHERE file_id NOT IN (SELECT file_id FROM chosen)`,
  )) {
    report.leave('files', 'its key was inspected again later', Number(older));
  }
  for (const table of ['parts', 'channels', 'attributes']) {
    const lost = `SELECT DISTINCT file_id FROM ${table} WHERE file_id NOT IN (SELECT file_id FROM files)`;
    for await (const page of scratch.rows(lost)) {
      for (const [id] of page) report.refuse(table, String(id), 'its file is not there');
    }
  }
  const parts = new RowsByFile(scratch, PARTS);
  const channels = new RowsByFile(scratch, below('channels'));
  const attributes = new RowsByFile(scratch, below('attributes'));
  try {
    for await (const page of scratch.rows(FILES)) {
      for (const [number, ...cells] of page) {
        const [id, key, size, hash, mtime, inspections, firstMs, lastMs] = cells as unknown as FileCells;
        yield {
          ...{ id, key, hash, mtime, inspections, firstMs, lastMs, size: Number(size) },
          parts: await parts.of(number as bigint),
          channels: await channels.of(number as bigint),
          attributes: await attributes.of(number as bigint),
        };
      }
    }
  } finally {
    for (const rows of [parts, channels, attributes]) await rows.close();
  }
}

type FileCells = readonly [string, string, bigint, string, string | null, bigint, bigint, bigint];

/** Reads rows that are in the order of their files, along with the files. */
class RowsByFile {
  readonly #pages: AsyncGenerator<ScratchCell[][]>;
  #page: ScratchCell[][] = [];
  #at = 0;

  constructor(scratch: ScratchTables, sql: string) {
    this.#pages = scratch.rows(sql);
  }

  async of(number: bigint): Promise<PartRow[]> {
    const rows: PartRow[] = [];
    for (;;) {
      if (this.#at === this.#page.length) {
        const next = await this.#pages.next();
        if (next.done === true) return rows;
        [this.#page, this.#at] = [next.value, 0];
        continue;
      }
      const [owner, part, name, described] = this.#page[this.#at] ?? [];
      if (owner !== number) return rows;
      rows.push({ part: Number(part), name: String(name), cells: JSON.parse(String(described)) as Row });
      this.#at += 1;
    }
  }

  async close(): Promise<void> {
    await this.#pages.return(undefined);
  }
}
