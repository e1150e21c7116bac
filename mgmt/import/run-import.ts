import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { openMediaStores } from '../../src/media/open-media.ts';
import { Environment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/settings.ts';
import type { Progress } from '../../src/features/management.ts';
import { ScratchTables } from '../../src/vastdb/analytics/scratch-tables.ts';
import { ForeignSchema } from '../../src/vastdb/engines/vast/foreign-schema.ts';
import { readVastPlace } from '../../src/vastdb/table-settings.ts';
import { print, printTable } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import { openEngine, openManager, type OpenedTables } from '../tables/open-tables.ts';
import { CHECKS, verify } from '../verify/verify.ts';
import { ForeignFiles } from './foreign-files.ts';
import type { ForeignTables } from '../../src/vastdb/foreign/foreign-tables.ts';
import { ImportReport } from '../../src/vastdb/foreign/import-report.ts';
import type { ImportSource } from '../../src/vastdb/foreign/staging.ts';

export interface ImportOptions {
  readonly sourceEnv?: string;
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Target extends OpenedTables {
  readonly report: ImportReport;
  readonly progress: Progress;
}

/** Takes the rows over; all that it cannot take is in the report. */
export type Take = (source: ImportSource, target: Target) => Promise<void>;

/**
 * Opens both sides, takes the rows over, checks the tables, and prints the report. The exit code becomes 1 where something was
 * not taken, or is wrong afterwards. All that is kept for its time is in one folder.
 */
export async function runImport(options: ImportOptions, take: Take): Promise<void> {
  const { dryRun = false, json = false } = options;
  const config = loadConfig(process.env);
  const folder = await mkdtemp(join(tmpdir(), 'tams-import-'));
  try {
    const dataDir = join(folder, 'data');
    if (dryRun) await mkdir(dataDir);
    const target = dryRun ? { ...config, dataDir, tables: scratchTables() } : config;
    const report = new ImportReport((refusal) => {
      const { table, key, problem } = refusal;
      print(json ? JSON.stringify(refusal) : `${table} ${key}: ${problem}`);
    });
    const findings = await withSource(options, folder, async (source) => {
      const opened = await openManager(await openEngine(target, true));
      try {
        const progress = showProgress();
        try {
          // The media of a dry run are those of the server.
          await take(source, { ...opened, config, report, progress });
        } finally {
          progress.stop();
        }
        return await check(opened, json);
      } finally {
        await opened.manager.close();
      }
    });
    printReport(report, json);
    if (findings > 0 || !report.isClean) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The embedded engine, whatever the server has. */
const scratchTables = () => loadConfig({ LOG_LEVEL: 'error' }).tables;

async function withSource<T>(
  options: ImportOptions,
  folder: string,
  work: (source: ImportSource) => Promise<T>,
): Promise<T> {
  const scratch = await ScratchTables.open(folder);
  try {
    const tables = await openTables(options);
    try {
      return await work({ tables, scratch });
    } finally {
      await tables.close();
    }
  } finally {
    scratch.close();
  }
}

async function openTables({ sourceEnv, from }: ImportOptions): Promise<ForeignTables> {
  if ((sourceEnv === undefined) === (from === undefined)) {
    throw new Error('Name the earlier tables by --source-env or by --from, and not by both.');
  }
  if (from !== undefined) {
    if (!(await stat(from).catch(() => undefined))?.isDirectory()) throw new Error(`--from: ${from} is no folder.`);
    return new ForeignFiles(from);
  }
  try {
    return await ForeignSchema.open(readVastPlace(new Environment(parseEnv(await readFile(sourceEnv ?? '', 'utf8')))));
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

function printReport({ counts, leftOut }: ImportReport, json: boolean): void {
  if (json) {
    for (const each of [...leftOut, ...counts]) print(JSON.stringify(each));
    return;
  }
  for (const { table, reason, rows } of leftOut) print(`${table}: ${rows} left out: ${reason}`);
  const lines = counts.map(({ table, taken, present, left, refused }) => [
    table,
    ...[taken, present, left, refused].map(String),
  ]);
  printTable(['TABLE', 'TAKEN', 'HERE ALREADY', 'LEFT OUT', 'REFUSED'], lines);
}
