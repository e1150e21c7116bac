import { isDeepStrictEqual } from 'node:util';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endFilling, unfinishedFilling } from '../../src/vastdb/schema/half-filled.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Progress } from '../progress.ts';
import { SECRET_FILE } from '../backup/backup.ts';
import { isThere } from '../folders.ts';
import { MIGRATION_LEDGER } from '../tables/fill-ledger.ts';
import { beginAnew, fillTable } from '../tables/fill-table.ts';
import { type OpenedEngine, type OpenedTables, openManager } from '../tables/open-tables.ts';
import { type CopiedTable, sumTable, tablesToCopy, type TableSum } from '../tables/table-sum.ts';
import type { Cell } from '../../src/vastdb/engine.ts';
import { cellBytes } from '../../src/vastdb/mutation/cell-sizes.ts';
import type { Config } from '../../src/settings.ts';
import { WEBHOOKS } from '../../src/tams/webhooks/webhook-tables.ts';
import { isNotNull } from '../../src/vastdb/predicate/builder.ts';

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

/** More are not named: who has so many needs another way. */
const NAMED_AT_MOST = 20;
const KEY_CHARACTERS = 100;

/**
 * Reads the whole source, which takes a part of the time that copying takes.
 *
 * @throws where cells are too large for the target, with the rows that they are in: now, and not after hours of copying.
 */
async function checkCells(
  { manager, definitions }: OpenedTables,
  tables: readonly CopiedTable[],
  maxBytes: number,
  progress: Progress,
): Promise<void> {
  const found: string[] = [];
  for (const { name, columns } of tables) {
    progress.start(`check ${name}`, (await manager.stats(name)).rows);
    const key = definitions.find((table) => table.name === name)?.indexes?.find(({ unique }) => unique)?.columns ?? [];
    for await (const batch of manager.reader('background').scan({ table: name, columns })) {
      for (const [index, cells] of batch.columns.entries()) {
        for (let row = 0; row < batch.rowCount; row++) {
          const bytes = cellBytes(cells[row] ?? null, maxBytes);
          if (bytes <= maxBytes) continue;
          const keys = key.map((column) => keyText(column, batch.columns[columns.indexOf(column)]?.[row] ?? null));
          found.push(`${name}.${columns[index]} of the row with ${keys.join(', ') || 'no key'}: ${bytes} bytes`);
        }
      }
      progress.advance(batch.rowCount);
    }
  }
  if (found.length === 0) return;
  const more = found.length > NAMED_AT_MOST ? [`and ${found.length - NAMED_AT_MOST} more`] : [];
  throw new Error(
    [
      `Nothing was copied: the target takes cells of at most ${maxBytes} bytes. Make these shorter by the API, or delete them:`,
      ...found.slice(0, NAMED_AT_MOST),
      ...more,
    ].join('\n'),
  );
}

const keyText = (column: string, cell: Cell): string => `${column} ${String(cell).slice(0, KEY_CHARACTERS)}`;

/** @throws where source and target are the same tables. */
export function checkApart(source: Config, target: Config): void {
  if (!isDeepStrictEqual(placeOf(source), placeOf(target))) return;
  throw new Error('The target is the source: name other tables in the file of --target-env.');
}

function placeOf({ tables: { engine, vast, postgres }, dataDir }: Config): unknown {
  if (vast !== undefined) return [engine, vast.bucket, vast.schema, vast.endpoints.toSorted()];
  if (postgres === undefined) return [engine, dataDir];
  const { host, port, pathname, searchParams } = new URL(postgres.url);
  return [engine, host, port || '5432', searchParams.get('host'), pathname, postgres.schema];
}

/** @throws where the target's server could not read the keys of webhooks, which are encrypted with the secret of the source's. */
export async function checkSecret(source: OpenedTables, target: Config): Promise<void> {
  const secret = await secretOf(source.config);
  if (secret === undefined || secret === (await secretOf(target))) return;
  const sealed = await source.manager.count(WEBHOOKS.name, isNotNull('sealed_api_key'));
  if (sealed === 0) return;
  throw new Error(
    `${sealed} webhooks have keys that are encrypted with the secret of the source: give the target the same, ` +
      'by SECRET_KEY in the file of --target-env (without SECRET_KEY, the secret is in secret.key of DATA_DIR).',
  );
}

async function secretOf({ secretKey, dataDir }: Config): Promise<string | undefined> {
  if (secretKey !== undefined) return secretKey;
  const file = join(dataDir, SECRET_FILE);
  return (await isThere(file)) ? (await readFile(file, 'utf8')).trim() : undefined;
}
