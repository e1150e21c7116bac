import type { Tags } from '../documents/tags.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, isNotNull, isNull } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { ACCESS_COLUMN, accessCell } from './access.ts';
import { FLOWS } from '../flows/flow-tables.ts';
import { SOURCES } from '../sources/source-tables.ts';

const BATCH_SIZE = 500;

/** A column that is derived from another one, for rows that are older than it. */
export interface Backfill {
  readonly table: string;
  readonly column: string;
  readonly from: string;
  readonly cellOf: (value: string) => Cell;
}

/** Limited views ask for these columns: nobody limited sees a row without its cell. */
export const VAST_STORE_BACKFILLS: readonly Backfill[] = [
  ...[FLOWS, SOURCES].map(({ name }) => ({
    table: name,
    column: ACCESS_COLUMN,
    from: 'document',
    cellOf: (document: string) => accessCell((JSON.parse(document) as { readonly tags?: Tags }).tags),
  })),
  // The first life of a flow that is older than the column is its id (docs/adr/0022-lives-of-a-flow.md).
  { table: FLOWS.name, column: 'life', from: 'id', cellOf: (id) => id },
];

/** Costs one query per column where there is nothing to fill. Returns how many cells there were. */
export async function fillColumns(manager: VastDBManager, backfills: readonly Backfill[]): Promise<number> {
  let filled = 0;
  for (const backfill of backfills) {
    for (;;) {
      const count = await fillBatch(manager, backfill);
      filled += count;
      if (count < BATCH_SIZE) break;
    }
  }
  return filled;
}

function fillBatch(manager: VastDBManager, { table, column, from, cellOf }: Backfill): Promise<number> {
  return manager.transaction(
    async (tx) => {
      const where = and([isNull(column), isNotNull(from)]);
      const { rows, rowIds } = await tx.select({ table, columns: [from], where, limit: BATCH_SIZE, rowIds: true });
      const cells = (rows as [string][]).map(([value]) => [cellOf(value)]);
      if (rowIds.length > 0) await tx.updateByRowIds(table, rowIds, [column], cells);
      return rowIds.length;
    },
    { lane: 'background' },
  );
}
