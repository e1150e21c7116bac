import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { Command, Option } from 'commander';
import { type Config, loadConfig } from '../../src/settings.ts';
import { checkApart, checkSecret, migrate, type MigratedTable } from '../migrate/migrate.ts';
import { print, printTable } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';
import { nameUnknownTables } from '../tables/known-tables.ts';
import { openEngine, withTables } from '../tables/open-tables.ts';

interface MigrateOptions {
  readonly to: Config['tables']['engine'];
  readonly targetEnv: string;
  readonly json?: boolean;
}

const HELP = `
Stop the servers of the source first: what they write meanwhile is found at the end, and copied by another run. A run that
ends early is gone on with by the same command. Media stay where they are: give the server of the target the same media
stores, with the same ids, and the same SECRET_KEY. The exit code is 1 where the two sides differ at the end.`;

/** `mgmt migrate`: copies all tables to another engine. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('copy all tables to another engine, and compare; can be gone on with after it was ended')
    .addOption(
      new Option('--to <engine>', 'the engine of the target')
        .choices(['vast', 'sqlite', 'postgres'])
        .makeOptionMandatory(),
    )
    .requiredOption('--target-env <file>', 'the environment of the server of the target, as lines NAME=value')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action(async ({ to, targetEnv, json }: MigrateOptions) => {
      const target = await targetConfig(targetEnv, to);
      const report = (compared: readonly MigratedTable[]): void => {
        if (json === true) for (const each of compared) print(JSON.stringify(each));
        else printTable(['TABLE', 'ROWS', 'CHECKSUM', 'SAME'], compared.map(cellsOf));
      };
      const different = await withTables(async (source) => {
        checkApart(source.config, target);
        await checkSecret(source, target);
        await nameUnknownTables(source.engine, source.definitions);
        return migrate(source, await openEngine(target, true), showProgress(), report);
      });
      if (different.length === 0) return;
      process.stderr.write(
        `Source and target differ in ${different.join(', ')}: stop the servers of both, and run this again; it copies those tables again.\n`,
      );
      process.exitCode = 1;
    });
}

const cellsOf = ({ table, source, same }: MigratedTable): string[] => [
  table,
  String(source.rows),
  source.checksum,
  same ? 'yes' : 'NO',
];

async function targetConfig(file: string, engine: MigrateOptions['to']): Promise<Config> {
  let config;
  try {
    config = loadConfig(parseEnv(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`The file of --target-env: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (config.tables.engine === engine) return config;
  throw new Error(`${file} names the engine ${config.tables.engine}, not ${engine}: set TABLE_ENGINE=${engine} there.`);
}
