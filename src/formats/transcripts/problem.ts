import { AppError } from '../../shared/errors.ts';

/** A problem of a transcript, and its place. */
export function malformed(problem: string): AppError {
  return new AppError('invalid_request', `The transcript ${problem}.`, { field: 'transcript' });
}
