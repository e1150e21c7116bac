import type { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '../shared/errors.ts';
import { CircuitOpenError } from './circuit-breaker.ts';

/** Codes that stores answer when they are full; S3 defines none. */
const FULL = new Set(['XMinioStorageFull', 'InsufficientStorage', 'QuotaExceeded', 'QuotaExceededException']);
const MISSING = new Set(['NoSuchKey', 'NotFound']);
const INSUFFICIENT_STORAGE = 507;
/** Request timeout, and too many requests. */
const ASK_LATER = new Set([408, 429]);

/** Whether the store answered with an error. It has no `instanceof`, since servers without S3 do not load the SDK. */
const isAnswer = (error: unknown): error is S3ServiceException => error instanceof Error && '$fault' in error;

/** Whether the store answered that there is no such object. */
export function isMissing(error: unknown): boolean {
  return isAnswer(error) && MISSING.has(error.name);
}

/** Whether the store answered that it will not do it. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500;
}

/** Whether the store refused a request about one key (4xx), so that to ask again later is no use. */
export function isRefusedKey({ cause }: AppError): boolean {
  return isRefusal(cause) && !ASK_LATER.has(statusOf(cause) ?? 0);
}

/**
 * Whether an error is the store's own: it did not answer, not in time, or with 5xx. A refusal (4xx) shows that the
 * store is well.
 */
export function isStoreFault(error: unknown): boolean {
  if (error instanceof AppError || isFull(error)) return false;
  const status = statusOf(error);
  return status === undefined || status >= 500;
}

/** Translates an error of the store for clients. The store's own message stays in the cause: it may name hosts. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof CircuitOpenError) {
    const summary = 'The media store has not answered lately; it is not asked for a while. Try again later.';
    return unavailable(summary, error, Math.ceil(error.retryAfterMs / 1000));
  }
  if (isMissing(error)) {
    return new AppError('not_found', 'There is no media object at this path.', { cause: error });
  }
  if (isFull(error)) {
    return new AppError('storage_full', 'The media store has no space left; free some there.', { cause: error });
  }
  if (isAnswer(error) && error.name === 'InvalidRange') {
    return new AppError('range_not_satisfiable', 'The range lies behind the end of the object.', { cause: error });
  }
  const status = statusOf(error);
  if (status === undefined || !(error instanceof Error)) {
    return unavailable('The media store cannot be reached, or did not answer in time. Try again later.', error);
  }
  if (status >= 500) return unavailable(`The media store failed (${status} ${error.name}). Try again later.`, error);
  return unavailable(
    `The media store refused the request (${status} ${error.name}); check its keys, bucket and policy.`,
    error,
  );
}

function unavailable(summary: string, cause: unknown, retryAfterS?: number): AppError {
  return new AppError('media_store_unavailable', summary, { cause, retryAfterS });
}

function isFull(error: unknown): boolean {
  return isAnswer(error) && (FULL.has(error.name) || statusOf(error) === INSUFFICIENT_STORAGE);
}

/** The HTTP status of the store's answer; undefined when there was none. */
function statusOf(error: unknown): number | undefined {
  return isAnswer(error) ? error.$metadata.httpStatusCode : undefined;
}
