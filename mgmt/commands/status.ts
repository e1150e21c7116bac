import { Command } from 'commander';
import { unfinishedFilling, unfinishedText } from '../../src/vastdb/schema/half-filled.ts';
import { print, printTable } from '../../src/shared/print.ts';
import { withEngine } from '../tables/open-tables.ts';
import { type TableStatus, tableStatuses } from '../tables/table-status.ts';

/** `mgmt status`: the tables as they are. */
export function statusCommand(): Command {
  return new Command('status')
    .description('tables, rows, bytes, and what a table lacks of what this version needs; changes nothing')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nWhat is missing is made by `refresh`, and by the next start of the server.')
    .action(({ json }: { json?: boolean }) =>
      withEngine(async ({ engine, definitions }) => {
        const statuses = await tableStatuses(engine, definitions);
        if (json === true) for (const status of statuses) print(JSON.stringify(status));
        else printTable(['TABLE', 'STATE', 'ROWS', 'BYTES', 'COLUMNS', 'LACKS'], statuses.map(toLine));
        const filling = await unfinishedFilling(engine);
        if (filling === undefined) return;
        process.stderr.write(`${unfinishedText(filling)}\n`);
        process.exitCode = 1;
      }),
    );
}

const toLine = (status: TableStatus): string[] => [
  status.table,
  status.state,
  String(status.rows ?? '-'),
  String(status.bytes ?? '-'),
  String(status.columns),
  status.state === 'missing' ? 'all' : [...status.missing_columns, ...status.missing_indexes].join(',') || '-',
];
