import { Command, Option } from 'commander';
import { loadConfig } from '../../src/settings.ts';
import { backUp } from '../backup/backup.ts';
import { print } from '../../src/shared/print.ts';
import { showProgress } from '../progress.ts';

interface BackupCommandOptions {
  readonly as?: 'database' | 'arrow';
  readonly listMedia?: boolean;
}

const HELP = `
The server may run. In the backup are all tables, with users and tokens, and secret.key, if the server made one; only the
owner may read it. Not in it are media, SECRET_KEY, and the configuration. Copy the media after the backup, within
RECLAIM_GRACE_S: so much later than the rows that name them objects are removed.`;

/** `mgmt backup`: a consistent copy of all tables. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('write a consistent, checked copy of all tables to a folder; the server may run')
    .argument('<folder>', 'is made; it must not be there')
    .addOption(
      new Option(
        '--as <kind>',
        'database: the file of the embedded engine, its default; arrow: an Arrow file per table, for any engine',
      ).choices(['database', 'arrow']),
    )
    .option('--list-media', 'list the files of local media stores in media-files.txt')
    .addHelpText('after', HELP)
    .action(async (to: string, options: BackupCommandOptions) => {
      const config = loadConfig(process.env);
      const kind = options.as ?? (config.tables.engine === 'sqlite' ? 'database' : 'arrow');
      const tables = await backUp(config, { to, kind, listMedia: options.listMedia === true }, showProgress());
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      print(
        `${to}: ${rows} rows of ${tables.length} tables, checked. Keep it as safe as the server: it has its secrets.`,
      );
    });
}
