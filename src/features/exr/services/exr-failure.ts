import { ExrError } from '../../../formats/exr/header/exr-error.ts';
import { AppError } from '../../../shared/errors.ts';

/** Translates the error of an unreadable header for clients: the kind, the problem, and its byte. */
export function translateExrFailure(error: unknown): unknown {
  if (!(error instanceof ExrError)) return error;
  return new AppError('invalid_exr', `${error.kind}: ${error.message}`, { cause: error });
}
