import { isFaultStatus, isSlowDown } from './error-answer.ts';
import { VastError } from './vast-error.ts';
import type { VastRequest } from './vast-transport.ts';

/**
 * Whether a request may be sent again after this error. A cluster that asks for fewer requests has
 * not begun this one, so any request may. After a failed connection only those may that were never
 * sent, or that can be done twice: a lost insert that is repeated blindly may be there twice.
 */
export function mayRepeat(request: VastRequest, error: unknown): error is VastError {
  if (!(error instanceof VastError)) return false;
  if (isSlowDown(error)) return true;
  if (error.status === undefined) return !error.mayBeDone || isRepeatable(request);
  return isFaultStatus(error.status, error.code) && isRepeatable(request);
}

/** Whether the error says that its endpoint is of no use at the moment. */
export function isEndpointFault(error: unknown): error is VastError {
  return error instanceof VastError && (error.status === undefined || isFaultStatus(error.status, error.code));
}

const isRepeatable = ({ method, repeatable }: VastRequest): boolean =>
  repeatable === true || method === 'GET' || method === 'HEAD';
