import { chmod } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { toTableError } from './sqlite-error.ts';

/** Pages that are copied between two reports of progress. */
const PAGES_AT_ONCE = 2000;
const LOCKED_WAIT_MS = 10_000;

/**
 * Copies a database that others may use meanwhile, as it is at one moment: all that was committed before this was called
 * is in the copy. Writers do not wait for it, and do not make it begin again.
 *
 * @param target must not be there; only the owner may read it.
 * @param onPages is told how many pages there are, and how many are left.
 * @throws TableError where either file cannot be used.
 */
export async function copyDatabase(
  source: string,
  target: string,
  onPages: (total: number, left: number) => void,
): Promise<void> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(source, { timeout: LOCKED_WAIT_MS });
    // Holds the snapshot: without it, every commit of another process starts the copy over.
    database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }): void => {
      onPages(totalPages, remainingPages);
    };
    await copyTo(database, target, progress);
  } catch (error) {
    throw toTableError(error, source);
  } finally {
    database?.close();
  }
}

/** The source was opened and read: a failure now is the target's, except for damage in the source. */
async function copyTo(
  database: DatabaseSync,
  target: string,
  progress: (pages: { totalPages: number; remainingPages: number }) => void,
): Promise<void> {
  try {
    await backup(database, target, { rate: PAGES_AT_ONCE, progress });
    await chmod(target, 0o600);
  } catch (error) {
    const ofTarget = toTableError(error, target);
    throw ofTarget.kind === 'corrupt' ? error : ofTarget;
  }
}

/**
 * Ends the log of a database that nobody uses: all of it is in the one file then, which can be moved.
 *
 * @throws TableError `unavailable` while another process has it open, `corrupt` where it is no database.
 */
export function closeLog(file: string): void {
  withDatabase(file, 0, closeLogOf);
}

/**
 * Opens a copy and has SQLite check it, which reads all of it.
 *
 * @returns its problems, a line each; empty if it is intact.
 * @throws TableError `corrupt` where it is no database.
 */
export function checkDatabase(file: string): string[] {
  return withDatabase(file, LOCKED_WAIT_MS, (database) => {
    closeLogOf(database);
    const rows = database.prepare('PRAGMA quick_check').all() as { quick_check: string }[];
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
  });
}

function closeLogOf(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = DELETE');
}

function withDatabase<T>(file: string, timeout: number, work: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout });
    return work(database);
  } catch (error) {
    throw toTableError(error, file);
  } finally {
    database?.close();
  }
}
