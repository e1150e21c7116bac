import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import { EMBEDDINGS, searchTables } from '../../src/stores/search-store/tables.ts';
import type { Cell, TableDefinition } from '../../src/vastdb/engine.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
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

/**
 * Fills the tables of a configuration from the Arrow files of a backup, and compares them with it.
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
    tables.find(({ name }) => name === EMBEDDINGS)?.columns.find((column) => column.dimension !== undefined) ?? {};
  const instead = dimension === undefined ? [] : searchTables(dimension);
  const { definitions, manager } = await openManager(await openEngine(config, true), instead);
  try {
    checkKnown(tables, definitions);
    await clear(manager, replace);
    for (const table of tables) {
      progress.start(`restore ${table.name}`, table.rows);
      await fillTable(manager, from, table, progress);
    }
    for (const { name, columns, rows, checksum } of tables) {
      const names = columns.map((column) => column.name);
      const sum = await sumTable(manager.reader('background'), { name, columns: names }, () => undefined);
      if (sum.rows === rows && sum.checksum === checksum) continue;
      throw new Error(
        `The table ${name} is not as it was backed up: is a server running on it? Restore with --replace.`,
      );
    }
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

async function clear(manager: VastDBManager, replace: boolean): Promise<void> {
  const taken = [];
  for (const name of manager.listTables()) {
    if (!OF_PROCESSES.has(name) && (await manager.count(name)) > 0) taken.push(name);
  }
  if (taken.length > 0 && !replace) {
    throw new Error(
      `There are rows already, in ${taken.join(', ')}. Restore to an empty place, or with --replace, which deletes them.`,
    );
  }
  for (const name of taken) await deleteRows(manager, name, everyRow(), () => undefined);
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
