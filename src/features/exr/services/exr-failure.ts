import { ExrError } from '../../../formats/exr/header/exr-error.ts';
import { AppError } from '../../../shared/errors.ts';

/** What a header that cannot be read means to a client: the kind, what is wrong, and at which byte. */
export function translateExrFailure(error: unknown): unknown {
  if (!(error instanceof ExrError)) return error;
  return new AppError('invalid_exr', `${error.kind}: ${error.message}`, { cause: error });
}
