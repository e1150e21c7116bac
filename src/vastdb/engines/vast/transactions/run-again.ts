import { TableError } from '../../../table-error.ts';
import { VastError } from '../transport/vast-error.ts';

/** Errors of the keys or their policy: an operator must fix them. */
const REFUSALS = new Set([401, 403]);

/**
 * Whether work may be done anew after this error, once its transaction was rolled back: another one was faster, an
 * answer was lost, or an endpoint or what is in front of it failed. If no endpoint could be reached, it fails at once.
 */
export function mayRunAgain(error: unknown): boolean {
  if (!(error instanceof TableError)) return false;
  if (error.kind === 'conflict') return true;
  if (!(error instanceof VastError)) return false;
  const hasFailed = error.kind === 'unavailable' && error.status !== undefined && !REFUSALS.has(error.status);
  return error.mayBeDone || hasFailed;
}
