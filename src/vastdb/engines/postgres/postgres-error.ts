import pg from 'pg';
import { TableError, type TableErrorKind } from '../../table-error.ts';

/** The connection died. Unless its transaction was told to commit, nothing of that is left, and it may be run anew. */
export class ConnectionLost extends TableError {}

/**
 * Codes of PostgreSQL when only a standby was reached, https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
const READ_ONLY = '25006';
/** An earlier statement of the transaction failed. */
const ABORTED = '25P02';
const LOCK_NOT_AVAILABLE = '55P03';

const kindsByCode: Readonly<Record<string, TableErrorKind>> = {
  '23505': 'duplicate',
  '40001': 'conflict',
  '40P01': 'conflict',
  '42501': 'unavailable',
  '53100': 'full',
  '54000': 'too_large',
  [LOCK_NOT_AVAILABLE]: 'unavailable',
  '57014': 'unavailable',
  [READ_ONLY]: 'unavailable',
  XX001: 'corrupt',
  XX002: 'corrupt',
};

/** Classes of codes (first two characters): connections, authorization, resources, operator intervention, system. */
const unavailableClasses = new Set(['08', '28', '53', '57', '58']);

/** Seconds after which a failover or a restart is usually over. */
export const RETRY_AFTER_MS = 2000;

/** The TableError for what the client library threw. A TableError comes back as it is. */
export function toTableError(error: unknown): TableError {
  if (error instanceof TableError) return error;
  if (!(error instanceof pg.DatabaseError)) {
    return new ConnectionLost('unavailable', `PostgreSQL cannot be reached: ${reasonOf(error)}`, error, RETRY_AFTER_MS);
  }
  const kind = kindOf(error.code ?? '');
  const retryAfterMs = kind === 'unavailable' ? RETRY_AFTER_MS : undefined;
  const message = `${error.message}${advice(error.code)}`;
  // The operator ended the connection, or the server is going down, or a pooler (08) has lost it.
  if (error.code?.startsWith('57P') === true || error.code?.startsWith('08') === true)
    return new ConnectionLost(kind, message, error, retryAfterMs);
  return new TableError(kind, message, error, retryAfterMs);
}

/** In one line. An attempt at several addresses has no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, code = '' } = error as NodeJS.ErrnoException;
  return (message === '' ? code : message).trim();
}

function kindOf(code: string): TableErrorKind {
  return kindsByCode[code] ?? (unavailableClasses.has(code.slice(0, 2)) ? 'unavailable' : 'invalid');
}

function advice(code: string | undefined): string {
  switch (code) {
    case '23502':
      return ': the column is required.';
    case '42501':
      return ': grant the right to the user of DATABASE_URL, or name the owner of the tables there.';
    case '53100':
      return ': there is no space left on the disk of PostgreSQL.';
    case '54000':
      return ': a text in a unique key is too long for an index.';
    case '57014':
      return ': the statement took longer than DATABASE_STATEMENT_TIMEOUT_MS.';
    case READ_ONLY:
      return ': PostgreSQL is a standby here, or set to read only.';
    default:
      return '';
  }
}

/** Whether the connection leads to a server that takes no writes, as after a failover: a new one may lead elsewhere. */
export const isReadOnly = (error: unknown): boolean => codeOf(error) === READ_ONLY;

/** Whether it says that a transaction of such a number has not been begun. */
export const isOfTheFuture = (error: unknown): boolean => codeOf(error) === '22023';

/** Whether it says only that an earlier statement failed. */
export const isAborted = (error: unknown): boolean => codeOf(error) === ABORTED;

/** Whether a lock was waited for until `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === LOCK_NOT_AVAILABLE;

function codeOf(error: unknown): string | undefined {
  const raw = error instanceof TableError ? error.cause : error;
  return raw instanceof pg.DatabaseError ? raw.code : undefined;
}
