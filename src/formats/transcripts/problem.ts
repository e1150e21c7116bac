import { AppError } from '../../shared/errors.ts';

/** What is wrong with a transcript, and where. */
export function malformed(problem: string): AppError {
  return new AppError('invalid_request', `The transcript ${problem}.`, { field: 'transcript' });
}
