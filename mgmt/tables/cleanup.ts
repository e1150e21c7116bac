import { AUDIT_LOG } from '../../src/features/auth/auth-tables.ts';
import { DEAD_LETTERS } from '../../src/features/search/search-job-tables.ts';
import { DELETION_REQUESTS } from '../../src/tams/deletion/deletion-tables.ts';
import { and, eq, everyRow, lt } from '../../src/vastdb/predicate/builder.ts';
import type { Predicate } from '../../src/vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';

/** Rows that one transaction deletes: others wait for it. */
const BATCH_ROWS = 5000;

/** Selects old rows of a table: from before a time, in milliseconds since 1970, by the named column. */
interface Age {
  readonly column: string;
  readonly before: (ms: number) => Predicate;
}

/**
 * The tables whose rows may be deleted by their age: what piles up by itself, and nothing refers to. The others have
 * rows that belong together, and are cleaned up by the API.
 */
export const AGES: ReadonlyMap<string, Age> = new Map([
  [AUDIT_LOG.name, { column: 'at_ms', before: (ms: number) => lt('at_ms', BigInt(ms)) }],
  [
    DELETION_REQUESTS.name,
    {
      column: 'updated, of those that are done',
      // Times of the API: in UTC and of one length, so that they sort as texts.
      before: (ms: number) => and([eq('status', 'done'), lt('updated', new Date(ms).toISOString())]),
    },
  ],
  [DEAD_LETTERS.name, { column: 'created_ms', before: (ms: number) => lt('created_ms', BigInt(ms)) }],
]);

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
