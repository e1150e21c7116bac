import type { Logger } from 'pino';
import { isRefusedKey } from '../../media/s3-errors.ts';
import { AppError } from '../../shared/errors.ts';

/** A key cannot be adopted, for a reason that its report names. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** There are no bytes of a key any more. */
export class Gone extends Refused {
  constructor() {
    super('there is no object of this key any more');
  }
}

/**
 * Why the work on one key failed, so that the others go on. Defects are logged.
 *
 * @throws the error itself where the store fails: a later try may succeed
 */
export function reasonOf(error: unknown, key: string, logger: Logger): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof AppError) {
    if (error.status >= 500 && !isRefusedKey(error)) throw error;
    return error.message;
  }
  logger.error({ err: error, key }, 'a key could not be looked into');
  return 'the server failed to look into it; its log says why';
}
