import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * Takes a lock that ends with the process, however that ends. SQLite has one that holds on every system that Node.js runs
 * on; a file with the number of a process would outlive it, and the number may be another's by then.
 *
 * @returns what releases it; undefined where somebody else has it.
 */
export function takeLock(file: string): (() => void) | undefined {
  for (;;) {
    const database = new DatabaseSync(file);
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
    // Unless it was removed, by one that had it until now.
    if (existsSync(file)) return database.close.bind(database);
    database.close();
  }
}
