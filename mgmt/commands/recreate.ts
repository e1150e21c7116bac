import { Command } from 'commander';
import { confirm, type Confirmation } from '../confirm.ts';
import { print } from '../print.ts';
import { tableNamed } from '../tables/known-tables.ts';
import { withEngine } from '../tables/open-tables.ts';

/** `mgmt recreate`: drops a table with all its rows, and creates it empty. */
export function recreateCommand(): Command {
  return new Command('recreate')
    .description('drop a table with all its rows, and create it empty')
    .argument('<table>', 'as `status` shows it')
    .option('--yes', 'do not ask for the name of the table')
    .addHelpText(
      'after',
      '\nStop the server first: one that runs fails on the table meanwhile. Run `verify` afterwards.',
    )
    .action((name: string, options: Confirmation) =>
      withEngine(async ({ engine, definitions }) => {
        const definition = tableNamed(definitions, name);
        const isThere = (await engine.describeTable(name)) !== undefined;
        const rows = isThere ? (await engine.stats(name)).rows : 0;
        await confirm(`This drops the table ${name} with all its ${rows} rows, for good.`, options, name);
        if (isThere) await engine.dropTable(name);
        await engine.createTable(definition);
        print(`${name}: recreated, without the ${rows} rows that it had.`);
      }),
    );
}
