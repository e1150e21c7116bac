import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnBatch, ScanningReader } from '../../src/vastdb/engine.ts';
import { ArrowFileWriter } from '../../src/vastdb/transfer/arrow-file.ts';
import { RowChecksum } from '../../src/vastdb/transfer/row-checksum.ts';
import type { Progress } from '../progress.ts';
import { nameUnknownTables } from '../tables/known-tables.ts';
import type { OpenedEngine } from '../tables/open-tables.ts';
import { READ_AT_ONCE_ROWS, tablesToCopy } from '../tables/table-sum.ts';
import type { TableEntry } from './manifest.ts';

const FOLDER = 'tables';

/** Writes a file for each table, as they are at one moment. */
export async function writeArrowTables(
  { engine, definitions }: OpenedEngine,
  draft: string,
  progress: Progress,
): Promise<TableEntry[]> {
  await nameUnknownTables(engine, definitions);
  await mkdir(join(draft, FOLDER), { mode: 0o700 });
  const tables = await Promise.all(
    (await tablesToCopy(engine, definitions)).map(async ({ name, columns: names }) => {
      const present = new Map((await engine.describeTable(name))?.map((column) => [column.name, column]));
      const columns = names.map((column) => present.get(column)).filter((column) => column !== undefined);
      return { name, columns, rows: (await engine.stats(name)).rows };
    }),
  );
  if (engine.snapshot !== undefined)
    return engine.snapshot((reader) => writeFiles(begin(reader, tables), draft, progress));
  const begun = begin(engine.reader('background'), tables).map((table) => {
    // On a cluster, reads that are asked for together have one snapshot: so the first batch of every table is, at once.
    const first = table.batches.next();
    // It is waited for when the turn comes to its table.
    first.catch(() => undefined);
    return { ...table, first };
  });
  return writeFiles(begun, draft, progress);
}

type CopiedTable = Pick<TableEntry, 'name' | 'columns' | 'rows'>;

interface BegunTable extends CopiedTable {
  readonly batches: AsyncIterator<ColumnBatch>;
  readonly first?: Promise<IteratorResult<ColumnBatch>>;
}

/** Nothing is read before the first batch is asked for. */
function begin(reader: ScanningReader, tables: readonly CopiedTable[]): BegunTable[] {
  return tables.map((table) => {
    const columns = table.columns.map(({ name }) => name);
    const scan = reader.scan({ table: table.name, columns, batchRows: READ_AT_ONCE_ROWS });
    return { ...table, batches: scan[Symbol.asyncIterator]() };
  });
}

async function writeFiles(begun: readonly BegunTable[], draft: string, progress: Progress): Promise<TableEntry[]> {
  const entries: TableEntry[] = [];
  try {
    for (const { name, columns, rows, batches, first = batches.next() } of begun) {
      progress.start(`write ${name}`, rows);
      const path = `${FOLDER}/${name}.arrow`;
      const writer = await ArrowFileWriter.create(join(draft, path), columns);
      const sum = new RowChecksum();
      try {
        for (let next = await first; next.done !== true; next = await batches.next()) {
          const batch: ColumnBatch = next.value;
          sum.add(batch);
          await writer.write(batch);
          progress.advance(batch.rowCount);
        }
        entries.push({
          name,
          columns,
          rows: sum.rows,
          checksum: sum.value,
          file: { path, ...(await writer.finish()) },
        });
      } catch (error) {
        await writer.abandon();
        throw error;
      }
    }
  } finally {
    for (const { batches } of begun) await batches.return?.();
  }
  return entries;
}
