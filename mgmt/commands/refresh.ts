import { Command } from 'commander';
import { print } from '../../src/shared/print.ts';
import { withEngine } from '../tables/open-tables.ts';
import { tableStatuses } from '../tables/table-status.ts';
import { ensureTables } from '../../src/vastdb/schema/evolution.ts';

/** `mgmt refresh`: brings the tables up to what this version needs. */
export function refreshCommand(): Command {
  return new Command('refresh')
    .description('make the tables, columns and indexes that are missing; drops nothing')
    .addHelpText('after', '\nThe server does the same when it starts. It may be running.')
    .action(() =>
      withEngine(async ({ engine, definitions }) => {
        const before = await tableStatuses(engine, definitions);
        const { createdTables, addedColumns } = await ensureTables(engine, definitions);
        const after = new Map((await tableStatuses(engine, definitions)).map((status) => [status.table, status]));
        const created = new Set(createdTables);
        for (const table of createdTables) print(`${table}: created`);
        for (const { table, columns } of addedColumns) print(`${table}: added columns ${columns.join(', ')}`);
        let indexes = 0;
        for (const { table, missing_indexes: missing } of before) {
          if (created.has(table) || missing.length === 0) continue;
          const still = after.get(table)?.missing_indexes ?? [];
          const made = missing.filter((name) => !still.includes(name));
          if (made.length > 0) print(`${table}: made indexes ${made.join(', ')}`);
          // A cluster may refuse projections; it does without then.
          if (still.length > 0) print(`${table}: the engine refused indexes ${still.join(', ')}`);
          indexes += made.length;
        }
        if (createdTables.length + addedColumns.length + indexes === 0) print('Everything is up to date.');
      }),
    );
}
