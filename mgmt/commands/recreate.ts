import { Command } from 'commander';
import { loadConfig } from '../../src/settings.ts';
import { confirm, type Confirmation } from '../confirm.ts';
import { print } from '../../src/shared/print.ts';
import { tableNamed } from '../tables/known-tables.ts';
import { refuseLiveServers } from '../tables/live-servers.ts';
import { withEngine } from '../tables/open-tables.ts';

/** `mgmt recreate`: drops a table with all its rows, and creates it empty. */
export function recreateCommand(): Command {
  return new Command('recreate')
    .description('drop a table with all its rows, and create it empty')
    .argument('<table>', 'as `status` shows it')
    .option('--yes', 'do not ask for the name of the table')
    .addHelpText('after', '\nIt refuses while a server uses the tables. Run `verify` afterwards.')
    .action(recreate);
}

async function recreate(name: string, options: Confirmation): Promise<void> {
  const config = loadConfig(process.env);
  const rows = await withEngine(async ({ engine, definitions }) => {
    tableNamed(definitions, name);
    const isThere = (await engine.describeTable(name)) !== undefined;
    return isThere ? (await engine.stats(name)).rows : 0;
  });
  await refuseLiveServers(config);
  await confirm(`This drops the table ${name} with all its ${rows} rows, for good.`, options, name);
  // One may have been started since.
  await refuseLiveServers(config);
  await withEngine(async ({ engine, definitions }) => {
    if ((await engine.describeTable(name)) !== undefined) await engine.dropTable(name);
    await engine.createTable(tableNamed(definitions, name));
  });
  print(`${name}: recreated, without the ${rows} rows that it had.`);
}
