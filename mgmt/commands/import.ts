import { Command, InvalidArgumentError } from 'commander';
import type { ExrOptions } from '../import/exr-inspector/take-exr-inspector.ts';
import { type ImportOptions, runImport } from '../import/run-import.ts';
import { takeVasttams, type VasttamsOptions } from '../import/vasttams/take-vasttams.ts';

const HELP = `
Stop what writes to the earlier system first. Nothing is changed there, and no bytes are moved. A run that ends early is gone
on with by the same command; what is here already is passed over. Each row that cannot be taken is named with its table, its
key and the reason; the rest goes on. The exit code is 1 where there is such a row, or the check of the tables at the end
finds something. Rows are sorted in the folder for temporary files (TMPDIR), which needs room for them.`;

/** `mgmt import`: takes over what earlier systems have. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('take over the tables of an earlier system')
    .addHelpText('after', HELP);
  command.addCommand(
    sourceOptions(new Command('vasttams').description('sources, flows, tags, objects and segments of a vasttams'))
      .option('--backend <label or id>', 'the storage backend of the bucket that has the objects; else the default one')
      .option('--object-prefix <text>', 'the first part of its keys, tams_storage_path there', 'tams')
      .option('--check-objects <count>', 'look for the bytes of so many objects first, picked at random', countOf, 0)
      .action((options: VasttamsOptions) => runImport(options, takeVasttams(options))),
  );
  command.addCommand(
    sourceOptions(
      new Command('mediasearch').description('published transcripts of a mediasearch, with their vectors'),
    ).action(async (options: ImportOptions) => {
      const { takeMediasearch } = await import('../import/mediasearch/take-mediasearch.ts');
      await runImport(options, takeMediasearch);
    }),
  );
  command.addCommand(
    sourceOptions(new Command('exr-inspector').description('what an exr-inspector has read of EXR headers'))
      .requiredOption('--bucket <name>', 'the bucket of the keys, which are there without it')
      .action(async (options: ExrOptions) => {
        const { takeExrInspector } = await import('../import/exr-inspector/take-exr-inspector.ts');
        await runImport(options, takeExrInspector(options));
      }),
  );
  return command;
}

function countOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('A whole number up to 999999.');
  return Number(text);
}

const sourceOptions = (command: Command): Command =>
  command
    .option(
      '--source-env <file>',
      'lines VAST_ENDPOINTS=, VAST_ACCESS_KEY=, VAST_SECRET_KEY=, VAST_BUCKET=, VAST_SCHEMA=',
    )
    .option(
      '--from <folder>',
      'instead: Parquet or Arrow files, TABLE.parquet or a folder TABLE of them for each table',
    )
    .option('--dry-run', 'into tables for the time of the command: shows what could not be taken, and keeps nothing')
    .option('--json', 'one JSON object a line');
