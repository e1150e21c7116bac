import { AppError } from '../../shared/errors.ts';
import { TableError } from '../../vastdb/table-error.ts';

/** After how many seconds a client may try again when the tables cannot serve it. */
const RETRY_AFTER_S = 2;

/**
 * The cause, with paths of this machine in it, is for the log. What a failure of the table layer means to a client. Kinds that are defects of ours (`invalid`,
 * `duplicate`) pass as they are and become a 500.
 */
export function translateTableFailure(error: unknown): unknown {
  if (!(error instanceof TableError)) return error;
  const options = { retryAfterS: RETRY_AFTER_S, cause: error };
  switch (error.kind) {
    case 'full':
      return new AppError('storage_full', 'there is no space left for the tables; reads go on', options);
    case 'unavailable':
    case 'conflict':
      return new AppError('tables_unavailable', 'the tables cannot serve this now; try again', options);
    case 'corrupt':
      return new AppError('tables_unavailable', 'the tables are damaged; see the server log', { cause: error });
    case 'duplicate':
    case 'invalid':
      return error;
  }
}
