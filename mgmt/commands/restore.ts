import { Command } from 'commander';
import { loadConfig } from '../../src/settings.ts';
import { restore } from '../backup/restore.ts';
import { confirm, type Confirmation } from '../confirm.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';

interface RestoreCommandOptions extends Confirmation {
  readonly replace?: boolean;
}

const HELP = `
Stop the server first, and start it afterwards. Media are restored by the tool that copied them; \`verify\` tells what is
missing. With --replace, a database of the embedded engine is renamed, and lies beside the restored one; other tables
are emptied first.`;

/** `mgmt restore`: the tables of a backup. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('put the tables of a backup into an empty place; the server must not run')
    .argument('<folder>', 'that `backup` made')
    .option('--replace', 'take away what is there')
    .option('--yes', 'do not ask')
    .addHelpText('after', HELP)
    .action(async (from: string, { replace = false, yes }: RestoreCommandOptions) => {
      const config = loadConfig(process.env);
      if (replace)
        await confirm(`This replaces the tables of the server in ${config.dataDir}, if it has any.`, { yes });
      const { tables, created } = await restore(config, { from, replace }, showProgress());
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      print(`Restored ${rows} rows of ${tables.length} tables, as of ${created}.`);
    });
}
