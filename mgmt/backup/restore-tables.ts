import { join } from 'node:path';
import type { Config } from '../../src/settings.ts';
import type { ColumnBatch, TableDefinition, TableEngine } from '../../src/vastdb/engine.ts';
import { everyRow } from '../../src/vastdb/predicate/builder.ts';
import { endFilling, unfinishedFilling } from '../../src/vastdb/schema/half-filled.ts';
import { readArrowFile } from '../../src/vastdb/transfer/arrow-file.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../progress.ts';
import { deleteRows } from '../tables/cleanup.ts';
import { readProgress, RESTORE_LEDGER } from '../tables/fill-ledger.ts';
import { beginAnew, fillTable } from '../tables/fill-table.ts';
import { knownTables } from '../tables/known-tables.ts';
import { openEngine, openManager } from '../tables/open-tables.ts';
import { OF_PROCESSES, sumTable } from '../tables/table-sum.ts';
import type { Manifest, TableEntry } from './manifest.ts';

export interface RestoreOptions {
  readonly from: string;
  /** Whether what is there goes. */
  readonly replace: boolean;
}

/**
 * Fills the tables of a configuration from the Arrow files of a backup, and compares them with it. No server starts on
 * them meanwhile, nor when this ends early: the next restore goes on from there.
 *
 * @throws where they have rows that are not to be replaced, and where this version has no place for what the backup has.
 */
export async function fillTables(
  config: Config,
  { tables }: Manifest,
  { from, replace }: RestoreOptions,
  progress: Progress,
): Promise<void> {
  const inBackup = new Set(tables.map(({ name }) => name));
  // As they were: tables of a feature may depend on how it was configured then.
  const instead = (await knownTables(engineOf(tables), config.features)).filter(({ name }) => inBackup.has(name));
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
    await engine.createTable(RESTORE_LEDGER);
    await manager.refreshTableMetadata(RESTORE_LEDGER.name);
    const filled = { manager, ledger: RESTORE_LEDGER };
    for (const name of taken) {
      const isBegun = inBackup.has(name) && (await readProgress(manager.reader(), RESTORE_LEDGER, name)) !== undefined;
      if (!isBegun) await deleteRows(manager, name, everyRow(), () => undefined);
    }
    for (const { name, columns, rows, file } of tables) {
      if (file === undefined) throw new Error(`The backup is damaged: it has no file of the table ${name}.`);
      progress.start(`restore ${name}`, rows);
      const names = columns.map((column) => column.name);
      const source = (): AsyncIterable<ColumnBatch> => readArrowFile(join(from, file.path), names);
      await fillTable(source, filled, { name, columns: names }, progress.advance);
    }
    const differing = [];
    for (const { name, columns, rows, checksum } of tables) {
      const names = columns.map((column) => column.name);
      const sum = await sumTable(manager.reader('background'), { name, columns: names }, () => undefined);
      if (sum.rows === rows && sum.checksum === checksum) continue;
      differing.push(name);
      // Its progress says that it is whole: the next restore would leave it as it is.
      await beginAnew(filled, name);
    }
    if (differing.length > 0) {
      throw new Error(
        `These tables are not as they were backed up: ${differing.join(', ')}. Is a server running on them? Stop it, and restore again.`,
      );
    }
    await endFilling(engine);
  } finally {
    await manager.close();
  }
}

/** The backup as an engine that has its tables. */
const engineOf = (tables: readonly TableEntry[]): Pick<TableEngine, 'describeTable'> => ({
  describeTable: (table) => {
    const columns = tables.find(({ name }) => name === table)?.columns;
    return Promise.resolve(columns && [...columns]);
  },
});

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
