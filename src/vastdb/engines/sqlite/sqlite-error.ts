import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { TableError, type TableErrorKind } from '../../table-error.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const primary = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

const notNullViolation = 1299;

/** Primary key, unique index, row id. */
const uniqueViolations: ReadonlySet<number> = new Set([1555, 2067, 2579]);

/** Whether the call failed only because somebody else holds a lock, so that the same call may succeed soon. */
export function isBusy(error: unknown): boolean {
  const raw = error instanceof TableError ? error.cause : error;
  const code = errorCode(raw);
  return code !== undefined && [primary.busy, primary.locked].some((busy) => busy === (code & 0xff));
}

/** The result of `work`, or false where somebody else holds a lock. */
export function unlessBusy<T>(work: () => T): T | false {
  try {
    return work();
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/**
 * The TableError for what node:sqlite threw. A TableError comes back as it is.
 *
 * @param file path of the database, for messages and to find out whether its disk is full.
 */
export function toTableError(error: unknown, file: string): TableError {
  if (error instanceof TableError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  // Without a result code the error is Node's own: of the arguments, or of a closed database.
  if (code === undefined) {
    if (isClosed(error)) return new TableError('unavailable', `The tables in ${file} are closed.`, error);
    return new TableError('invalid', message, error);
  }
  const kind = kindOf(code, file);
  return new TableError(kind, `${message}${advice(kind, code, file)}`, error);
}

function kindOf(code: number, file: string): TableErrorKind {
  switch (code & 0xff) {
    case primary.full:
      return 'full';
    case primary.io:
      return hasNoSpace(file) ? 'full' : 'unavailable';
    case primary.busy:
    case primary.locked:
    case primary.readOnly:
    case primary.cannotOpen:
      return 'unavailable';
    case primary.constraint:
      return uniqueViolations.has(code) ? 'duplicate' : 'invalid';
    case primary.corrupt:
    case primary.notADatabase:
      return 'corrupt';
    default:
      return 'invalid';
  }
}

function advice(kind: TableErrorKind, code: number, file: string): string {
  switch (kind) {
    case 'full':
      return `: there is no space left for ${file}. Free some there, or use a larger disk.`;
    case 'corrupt':
      return `: ${file} is damaged. Stop the server and restore the file from a backup, or recover what is readable with "sqlite3 ${file} .recover".`;
    case 'unavailable':
      return (code & 0xff) === primary.busy
        ? `: another process holds a lock on ${file}. Try again.`
        : `: ${file} cannot be used. Check that its disk works and that this user may read and write it.`;
    default:
      return code === notNullViolation ? ': the column is required.' : '';
  }
}

/** Some file systems report a full disk as a plain I/O error. */
function hasNoSpace(file: string): boolean {
  try {
    return statfsSync(dirname(file)).bavail === 0;
  } catch {
    return false;
  }
}

function errorCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}
