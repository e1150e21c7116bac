import { Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../../src/settings.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import { endFilling } from '../../src/vastdb/schema/half-filled.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { confirm, type Confirmation } from '../confirm.ts';
import { print, printTable } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import { AGES, deleteRows, rowsToClean } from '../tables/cleanup.ts';
import { tableNamed } from '../tables/known-tables.ts';
import { refuseLiveServers } from '../tables/live-servers.ts';
import { type OpenedEngine, withEngine, withTables } from '../tables/open-tables.ts';

interface CleanupOptions extends Confirmation {
  readonly all?: boolean;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly dryRun?: boolean;
}

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const HELP = `
What is old is told by these columns:
${[...AGES].map(([table, { column }]) => `  ${table}: ${column}`).join('\n')}
Without --older-than all rows go, and no server may use the tables. Rows of other tables may belong to them: run
\`verify\` afterwards.`;

/** `mgmt cleanup`: deletes old rows, or all rows, of tables. */
export function cleanupCommand(): Command {
  return new Command('cleanup')
    .description('delete rows of tables: the old ones, or all')
    .argument('[tables...]', 'names of tables, as `status` shows them')
    .option('--all', 'with --older-than: all tables that have an age; without: all tables')
    .option('--older-than <age>', 'only rows older than this, such as 30d, 12h or 90m', parseAge)
    .option('--dry-run', 'show how many rows would go, and delete none')
    .option('--yes', 'do not ask')
    .addHelpText('after', HELP)
    .action((names: string[], options: CleanupOptions) => cleanUp(names, options));
}

interface Planned {
  readonly table: string;
  readonly where: Predicate;
  readonly rows: number;
}

async function cleanUp(names: readonly string[], options: CleanupOptions): Promise<void> {
  const { all = false, olderThan, dryRun = false } = options;
  const config = loadConfig(process.env);
  const planned = await withEngine((opened) => planOf(opened, names, options));
  printTable(
    ['TABLE', 'ROWS'],
    planned.map(({ table, rows }) => [table, String(rows)]),
  );
  const empties = all && olderThan === undefined;
  const total = planned.reduce((sum, { rows }) => sum + rows, 0);
  if (dryRun || (total === 0 && !empties)) return;
  const takesAll = olderThan === undefined;
  if (takesAll) await refuseLiveServers(config);
  const which = takesAll ? 'all rows' : 'the old rows';
  const from = planned.map(({ table }) => table).join(', ');
  await confirm(`This deletes ${which} of ${from}: ${total} rows, for good.`, options);
  // One may have been started since.
  if (takesAll) await refuseLiveServers(config);
  const deleted = await withTables(
    async ({ manager, engine }) => {
      const rows = await deleteAll(manager, planned);
      // Remains of an unfinished restore or migration are gone.
      if (empties) await endFilling(engine);
      return rows;
    },
    process.env,
    { halfFilled: empties },
  );
  print(`Deleted ${deleted} rows.`);
}

/** Reads only: of tables that are not there, nothing goes. */
async function planOf(opened: OpenedEngine, names: readonly string[], options: CleanupOptions): Promise<Planned[]> {
  const { engine } = opened;
  const beforeMs = options.olderThan === undefined ? undefined : Date.now() - options.olderThan;
  const planned = [];
  for (const table of chosen(opened, names, options)) {
    const where = rowsToClean(table, beforeMs);
    const isThere = (await engine.describeTable(table)) !== undefined;
    planned.push({ table, where, rows: isThere ? await engine.reader('background').count(table, where) : 0 });
  }
  return planned;
}

async function deleteAll(manager: VastDBManager, planned: readonly Planned[]): Promise<number> {
  const progress = showProgress();
  let deleted = 0;
  try {
    for (const { table, where, rows } of planned) {
      if (rows === 0) continue;
      progress.start(table, rows);
      deleted += await deleteRows(manager, table, where, progress.advance);
    }
  } finally {
    progress.stop();
  }
  return deleted;
}

function chosen({ definitions }: OpenedEngine, names: readonly string[], options: CleanupOptions): string[] {
  const { all = false, olderThan } = options;
  if (all === names.length > 0) throw new Error('Name the tables to clean up, or pass --all; `status` lists them.');
  if (!all) return names.map((name) => tableNamed(definitions, name).name);
  const known = definitions.map(({ name }) => name);
  return olderThan === undefined ? known : known.filter((name) => AGES.has(name));
}

function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new InvalidArgumentError('Not an age such as 30d, 12h or 90m.');
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
