import type { RowAge } from '../../src/features/management.ts';
import { DELETION_REQUESTS } from '../../src/tams/deletion/deletion-tables.ts';
import { and, eq, everyRow, lt } from '../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { MANAGEMENT } from '../features.ts';

/** Rows that one transaction deletes: others wait for it. */
const BATCH_ROWS = 5000;

const FINISHED_DELETIONS: RowAge = {
  table: DELETION_REQUESTS.name,
  column: 'updated, of those that are done',
  // Times of the API: in UTC and of one length, so that they sort as texts.
  before: (ms) => and([eq('status', 'done'), lt('updated', new Date(ms).toISOString())]),
};

/**
 * The tables whose rows may be deleted by their age: what piles up by itself, and nothing refers to. The others have
 * rows that belong together, and are cleaned up by the API.
 */
export const AGES: ReadonlyMap<string, RowAge> = new Map(
  [FINISHED_DELETIONS, ...MANAGEMENT.flatMap(({ ages = [] }) => ages)].map((age) => [age.table, age]),
);

/** The rows of a table that a cleanup takes. @throws where they are to be old and the table knows no age. */
export function rowsToClean(table: string, beforeMs: number | undefined): Predicate {
  if (beforeMs === undefined) return everyRow();
  const age = AGES.get(table);
  if (age !== undefined) return age.before(beforeMs);
  throw new Error(
    `Rows of ${table} are not deleted by age, since others belong to them; use the API. By age: ${[...AGES.keys()].join(', ')}.`,
  );
}

/** Deletes the rows in small transactions. @returns how many there were. */
export async function deleteRows(
  manager: VastDBManager,
  table: string,
  where: Predicate,
  onDeleted: (rows: number) => void,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const rows = await manager.transaction((tx) => tx.delete(table, where, { limit: BATCH_ROWS }), {
      lane: 'background',
    });
    deleted += rows;
    onDeleted(rows);
    if (rows < BATCH_ROWS) return deleted;
  }
}
