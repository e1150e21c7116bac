import { AppError } from '../../shared/errors.ts';

/** A copy that failed. The message names no path and no query of a URL: both may be secret. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
  /** Whether a further attempt may succeed. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryable = retryable;
  }
}

/** Stores report what a source threw as the cause of an upload that broke off. Returns defects as they are. */
export function toCopyError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.cause instanceof CopyError) return error.cause;
  return new CopyError(error.message, error.status >= 500, error);
}
