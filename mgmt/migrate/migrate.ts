import { endFilling, unfinishedFilling } from '../../src/vastdb/schema/half-filled.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../progress.ts';
import { MIGRATION_LEDGER } from '../tables/fill-ledger.ts';
import { beginAnew, fillTable } from '../tables/fill-table.ts';
import type { OpenedEngine, OpenedTables } from '../tables/open-tables.ts';
import { openManager } from '../tables/open-tables.ts';
import { type CopiedTable, sumTable, tablesToCopy, type TableSum } from '../tables/table-sum.ts';
import { checkCells } from './check-cells.ts';

/** One table, as it is in both places at the end. */
export interface MigratedTable {
  readonly table: string;
  readonly source: TableSum;
  readonly target: TableSum;
  readonly same: boolean;
}

/**
 * Copies all tables to another engine, from where an earlier run came to; then reads both sides again and compares.
 * The ledger of the target goes when everything is the same; tables that differ are emptied for the next run. Closes `target`.
 *
 * @param report is told of every table once all are compared, also where what follows fails
 * @returns the tables that differ
 * @throws where the target has rows that no migration brought there, or does not take what the source has.
 */
export async function migrate(
  source: OpenedTables,
  target: OpenedEngine,
  progress: Progress,
  report: (compared: readonly MigratedTable[]) => void,
): Promise<string[]> {
  const { maxCellBytes } = target.engine.capabilities;
  const unfinished = await unfinishedFilling(target.engine);
  const tables = await tablesToCopy(source.engine, source.definitions);
  // The dimension of vectors is that of the source.
  const opened = await openManager(target, { instead: source.definitions, halfFilled: unfinished === 'migration' });
  try {
    if (unfinished === undefined) {
      await checkEmpty(opened.manager, tables);
      if (maxCellBytes !== undefined) await checkCells(source, tables, maxCellBytes, progress);
    }
    await opened.engine.createTable(MIGRATION_LEDGER);
    await opened.manager.refreshTableMetadata(MIGRATION_LEDGER.name);
    const filled = { manager: opened.manager, ledger: MIGRATION_LEDGER };
    for (const table of tables) {
      progress.start(`copy ${table.name}`, (await source.engine.stats(table.name)).rows);
      const rows = () =>
        source.manager.reader('background').scan({ table: table.name, columns: table.columns, batchRows: 4000 });
      await fillTable(rows, filled, table, progress.advance);
    }
    const compared = await compare(source.manager, opened.manager, tables, progress);
    progress.stop();
    report(compared);
    const different = compared.filter(({ same }) => !same).map(({ table }) => table);
    // Where source and count are those that were noted, the next run would leave the table as it is.
    for (const table of different) await beginAnew(filled, table);
    if (different.length === 0) await endFilling(opened.engine);
    return different;
  } finally {
    progress.stop();
    await opened.manager.close();
  }
}

async function checkEmpty(manager: VastDBManager, tables: readonly CopiedTable[]): Promise<void> {
  const taken = [];
  for (const { name } of tables) if ((await manager.count(name)) > 0) taken.push(name);
  if (taken.length === 0) return;
  throw new Error(`The target has rows already, in ${taken.join(', ')}: migrate into tables that are empty.`);
}

async function compare(
  source: VastDBManager,
  target: VastDBManager,
  tables: readonly CopiedTable[],
  progress: Progress,
): Promise<MigratedTable[]> {
  const compared: MigratedTable[] = [];
  for (const table of tables) {
    const { rows } = await source.stats(table.name);
    progress.start(`compare ${table.name}`, 2 * rows);
    const [here, there] = await Promise.all([
      sumTable(source.reader('background'), table, progress.advance),
      sumTable(target.reader('background'), table, progress.advance),
    ]);
    const same = here.rows === there.rows && here.checksum === there.checksum;
    compared.push({ table: table.name, source: here, target: there, same });
  }
  return compared;
}
