import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Command } from 'commander';
import { openMediaStores } from '../../src/media/open-media.ts';
import { Environment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/settings.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { ForeignSchema } from '../../src/vastdb/engines/vast/foreign-schema.ts';
import { readVastPlace } from '../../src/vastdb/table-settings.ts';
import type { ForeignTables } from '../import/foreign-tables.ts';
import { ImportReport } from '../import/import-report.ts';
import { importVasttams } from '../import/vasttams/import-vasttams.ts';
import { print, printTable } from '../print.ts';
import { showProgress } from '../progress.ts';
import { openEngine, openManager, type OpenedTables } from '../tables/open-tables.ts';
import { CHECKS, verify } from '../verify/verify.ts';

interface ImportOptions {
  readonly sourceEnv: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface VasttamsOptions extends ImportOptions {
  readonly backend?: string;
  readonly objectPrefix: string;
}

const HELP = `
Stop what writes to the earlier system first. Nothing is changed there, and no bytes are moved: objects keep their keys, and
this server never deletes them. A run that ends early is gone on with by the same command; what is here already is passed
over. Each row that cannot be taken is named with its table, its key and the reason; the rest goes on. The exit code is 1
where there is such a row, or the check of the tables at the end finds something.`;

/** `mgmt import`: takes over what earlier systems have. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('take over the tables of an earlier system')
    .addHelpText('after', HELP);
  command.addCommand(
    sourceOptions(new Command('vasttams').description('sources, flows, tags, objects and segments of a vasttams'))
      .option('--backend <label or id>', 'the storage backend of the bucket that has the objects; else the default one')
      .option('--object-prefix <text>', 'the first part of its keys, tams_storage_path there', 'tams')
      .action((options: VasttamsOptions) => run(options, takeVasttams(options))),
  );
  return command;
}

const sourceOptions = (command: Command): Command =>
  command
    .requiredOption(
      '--source-env <file>',
      'lines VAST_ENDPOINTS=, VAST_ACCESS_KEY=, VAST_SECRET_KEY=, VAST_BUCKET=, VAST_SCHEMA=',
    )
    .option('--dry-run', 'into tables for the time of the command: shows what could not be taken, and keeps nothing')
    .option('--json', 'one JSON object a line');

type Take = (tables: ForeignTables, opened: OpenedTables, report: ImportReport) => Promise<void>;

const takeVasttams =
  ({ backend, objectPrefix }: VasttamsOptions): Take =>
  async (tables, { manager, config }, report) => {
    const media = await openMediaStores(config, 'unused', undefined);
    let storageId;
    try {
      const found =
        backend === undefined
          ? media.default?.backend
          : media.backends().find(({ id, label }) => id === backend || label === backend);
      if (found === undefined) {
        const names = media.backends().map(({ id, label = id }) => label);
        throw new Error(`--backend: name one of the storage backends ${names.join(', ')}.`);
      }
      storageId = found.id;
    } finally {
      await media.close();
    }
    // Nothing here opens the keys of webhooks.
    const store = new VastStore(manager, new SecretBox('', 'webhooks'));
    const progress = showProgress();
    try {
      await importVasttams(tables, { store, manager }, { storageId, prefix: objectPrefix }, report, progress);
    } finally {
      progress.stop();
    }
  };

async function run({ sourceEnv, dryRun = false, json = false }: ImportOptions, take: Take): Promise<void> {
  const config = loadConfig(process.env);
  const tables = await openSource(sourceEnv);
  const scratch = dryRun ? await mkdtemp(join(tmpdir(), 'tams-import-')) : undefined;
  const target = scratch === undefined ? config : { ...config, dataDir: scratch, tables: scratchTables() };
  const report = new ImportReport((refusal) => {
    const { table, key, problem } = refusal;
    print(json ? JSON.stringify(refusal) : `${table} ${key}: ${problem}`);
  });
  let findings: number;
  try {
    const opened = await openManager(await openEngine(target, true));
    try {
      // The media of a dry run are those of the server.
      await take(tables, { ...opened, config }, report);
      findings = await check(opened, json);
    } finally {
      await opened.manager.close();
    }
  } finally {
    await tables.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true });
  }
  const { counts } = report;
  if (json) for (const each of counts) print(JSON.stringify(each));
  else {
    const lines = counts.map(({ table, taken, present, refused }) => [table, ...[taken, present, refused].map(String)]);
    printTable(['TABLE', 'TAKEN', 'HERE ALREADY', 'REFUSED'], lines);
  }
  if (findings > 0 || counts.some(({ refused }) => refused > 0)) process.exitCode = 1;
}

/** The embedded engine, whatever the server has. */
const scratchTables = () => loadConfig({ LOG_LEVEL: 'error' }).tables;

async function openSource(file: string): Promise<ForeignTables> {
  try {
    return await ForeignSchema.open(readVastPlace(new Environment(parseEnv(await readFile(file, 'utf8')))));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The file of --source-env: ${why}`, { cause: error });
  }
}

/** As `verify`, without the bytes: whether all that was taken fits together. @returns how much does not. */
async function check({ manager, config }: OpenedTables, json: boolean): Promise<number> {
  const media = await openMediaStores(config, 'unused', undefined);
  const checks = CHECKS.filter(({ name }) => !name.endsWith('-bytes'));
  let findings = 0;
  try {
    const context = { manager, media, progress: showProgress(), deleteBytes: false };
    for await (const finding of verify(context, checks, false)) {
      findings += 1;
      const { check: name, subject, problem } = finding;
      print(json ? JSON.stringify(finding) : `verify: ${name}: ${subject}: ${problem}`);
    }
  } finally {
    await media.close();
  }
  return findings;
}
