import { Command, InvalidArgumentError } from 'commander';
import { IMPORTERS } from '../features.ts';
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
  for (const { feature, importer } of IMPORTERS) {
    const { system, description, required = [], take } = importer;
    const own = sourceOptions(new Command(system).description(description));
    for (const [flags, text] of required) own.requiredOption(flags, text);
    own.action((options: ImportOptions & Readonly<Record<string, unknown>>) =>
      runImport(options, (source, { config, ...target }) => {
        const settings: Readonly<Record<string, unknown>> = config.features;
        return take(source, { ...target, settings: config, own: settings[feature], options });
      }),
    );
    command.addCommand(own);
  }
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
