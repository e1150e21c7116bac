import { join } from 'node:path';
import type { Config } from '../../src/settings.ts';
import { EMBEDDINGS, searchTables } from '../../src/features/search/search-tables.ts';
import type { Cell, TableDefinition } from '../../src/vastdb/engine.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
import { endFilling, FILLING_TABLES, unfinishedFilling } from '../../src/vastdb/schema/half-filled.ts';
import { readArrowFile } from '../../src/vastdb/transfer/arrow-file-reader.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../progress.ts';
import { deleteRows } from '../tables/cleanup.ts';
import { openEngine, openManager } from '../tables/open-tables.ts';
import { OF_PROCESSES, sumTable } from '../tables/table-sum.ts';
import type { Manifest, TableEntry } from './manifest.ts';

/** Rows of a transaction. */
const BATCH_ROWS = 4000;

export interface RestoreOptions {
  readonly from: string;
  /** Whether what is there goes. */
  readonly replace: boolean;
}

/** There while the tables are not whole. It has no rows. */
const MARK: TableDefinition = { name: FILLING_TABLES.restore, columns: [{ name: 'restoring', type: 'string' }] };

/**
 * Fills the tables of a configuration from the Arrow files of a backup, and compares them with it. No server starts on
 * them meanwhile, nor when this ends early; what an earlier restore left there was given up when that began, and goes.
 *
 * @throws where they have rows that are not to be replaced, and where this version has no place for what the backup has.
 */
export async function fillTables(
  config: Config,
  { tables }: Manifest,
  { from, replace }: RestoreOptions,
  progress: Progress,
): Promise<void> {
  // Those of media search are known by the dimension of the vectors that are to be restored.
  const { dimension } =
    tables.find(({ name }) => name === EMBEDDINGS.name)?.columns.find((column) => column.dimension !== undefined) ?? {};
  const instead = dimension === undefined ? [] : searchTables(dimension);
  const opened = await openEngine(config, true);
  const unfinished = await unfinishedFilling(opened.engine);
  const mayClear = replace || unfinished === 'restore';
  const { definitions, engine, manager } = await openManager(opened, { instead, halfFilled: mayClear });
  try {
    checkKnown(tables, definitions);
    const taken = await takenTables(manager);
    if (taken.length > 0 && !mayClear) {
      throw new Error(
        `There are rows already, in ${taken.join(', ')}. Restore to an empty place, or with --replace, which deletes them.`,
      );
    }
    await engine.createTable(MARK);
    for (const name of taken) await deleteRows(manager, name, everyRow(), () => undefined);
    for (const table of tables) {
      progress.start(`restore ${table.name}`, table.rows);
      await fillTable(manager, from, table, progress);
    }
    for (const { name, columns, rows, checksum } of tables) {
      const names = columns.map((column) => column.name);
      const sum = await sumTable(manager.reader('background'), { name, columns: names }, () => undefined);
      if (sum.rows === rows && sum.checksum === checksum) continue;
      throw new Error(
        `The table ${name} is not as it was backed up: is a server running on it? Stop it, and restore again.`,
      );
    }
    await endFilling(engine);
  } finally {
    await manager.close();
  }
}

/** Before anything is deleted: a newer version may have had more. */
function checkKnown(tables: readonly TableEntry[], definitions: readonly TableDefinition[]): void {
  const known = new Map(definitions.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]));
  const unknown = tables.flatMap(({ name, columns }) => {
    const present = known.get(name);
    if (present === undefined) return [`table ${name}`];
    return columns.filter((column) => !present.has(column.name)).map((column) => `column ${name}.${column.name}`);
  });
  if (unknown.length === 0) return;
  throw new Error(
    `This version knows no ${unknown.join(', no ')}. Nothing was restored; use the version that made it.`,
  );
}

async function takenTables(manager: VastDBManager): Promise<string[]> {
  const taken = [];
  for (const name of manager.listTables()) {
    if (!OF_PROCESSES.has(name) && (await manager.count(name)) > 0) taken.push(name);
  }
  return taken;
}

async function fillTable(
  manager: VastDBManager,
  from: string,
  { name, columns, file }: TableEntry,
  progress: Progress,
): Promise<void> {
  if (file === undefined) throw new Error(`The backup is damaged: it has no file of the table ${name}.`);
  const names = columns.map((column) => column.name);
  for await (const batch of readArrowFile(join(from, file.path), names)) {
    for (let start = 0; start < batch.rowCount; start += BATCH_ROWS) {
      const length = Math.min(BATCH_ROWS, batch.rowCount - start);
      const rows = Array.from({ length }, (_, row): Cell[] => batch.columns.map((cells) => cells[start + row] ?? null));
      await manager.transaction((tx) => tx.insertArrays(name, names, rows), { lane: 'background' });
      progress.advance(length);
    }
  }
}
