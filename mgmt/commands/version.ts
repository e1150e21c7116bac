import { Command } from 'commander';
import { loadConfig } from '../../src/settings.ts';
import { print } from '../../src/shared/print.ts';
import { withEngine } from '../tables/open-tables.ts';
import { engineVersion, SERVER_VERSION, sqliteVersion } from '../version.ts';

/** `mgmt version`: of the server, of Node.js, and of the database that its tables are in. */
export function versionCommand(): Command {
  return new Command('version')
    .description('versions of the server, Node.js, and the database that the tables are in')
    .option('--json', 'as a JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const { tables } = loadConfig(process.env);
      const versions = {
        server: SERVER_VERSION,
        node: process.version,
        engine: tables.engine,
        engine_version:
          tables.engine === 'sqlite' ? sqliteVersion() : await withEngine(({ engine }) => engineVersion(engine)),
      };
      if (json === true) print(JSON.stringify(versions));
      else for (const [name, version] of Object.entries(versions)) print(`${name}: ${version}`);
    });
}
