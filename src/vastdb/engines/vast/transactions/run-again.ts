import { TableError } from '../../../table-error.ts';
import { VastError } from '../transport/vast-error.ts';

/** The keys or their policy: mended by an operator, not by time. */
const REFUSALS = new Set([401, 403]);

/**
 * Whether work may be done anew after this error, once its transaction was rolled back: another one was
 * faster, an answer was lost, or an endpoint or what is in front of it failed. Not where no endpoint
 * could be reached: that is told at once.
 */
export function mayRunAgain(error: unknown): boolean {
  if (!(error instanceof TableError)) return false;
  if (error.kind === 'conflict') return true;
  if (!(error instanceof VastError)) return false;
  const hasFailed = error.kind === 'unavailable' && error.status !== undefined && !REFUSALS.has(error.status);
  return error.mayBeDone || hasFailed;
}
