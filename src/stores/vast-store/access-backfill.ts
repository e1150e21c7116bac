import type { Tags } from '../../domain/tags.ts';
import { isNull } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { ACCESS_COLUMN, accessCell } from './access.ts';
import { FLOWS, SOURCES } from './tables.ts';

const BATCH_SIZE = 500;

/**
 * Gives flows and sources that are older than the column their cell of it, without which nobody of limited access sees
 * them. Costs one query per table where there are none. Returns how many there were.
 */
export async function fillAccessColumn(manager: VastDBManager): Promise<number> {
  let filled = 0;
  for (const { name } of [FLOWS, SOURCES]) {
    for (;;) {
      const count = await fillBatch(manager, name);
      filled += count;
      if (count < BATCH_SIZE) break;
    }
  }
  return filled;
}

function fillBatch(manager: VastDBManager, table: string): Promise<number> {
  return manager.transaction(
    async (tx) => {
      const where = isNull(ACCESS_COLUMN);
      const { rows, rowIds } = await tx.select({
        table,
        columns: ['document'],
        where,
        limit: BATCH_SIZE,
        rowIds: true,
      });
      const cells = (rows as [string][]).map(([document]) => [accessCell((JSON.parse(document) as Tagged).tags)]);
      if (rowIds.length > 0) await tx.updateByRowIds(table, rowIds, [ACCESS_COLUMN], cells);
      return rowIds.length;
    },
    { lane: 'background' },
  );
}

interface Tagged {
  readonly tags?: Tags;
}
