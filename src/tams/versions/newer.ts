import { AppError } from '../../shared/errors.ts';
import type { Validate } from '../../http/validation/body-validator.ts';

/** Where clients of 7.0 find what 7.0 does not have. */
export const OF_NEWEST = 'of TAMS 8.2, which this server speaks at /v8.2';

/** Says where a body belongs that this version refuses, and the newest one takes. */
export function orNewer(own: Validate, newest: Validate): Validate {
  return (body) => {
    const result = own(body);
    if (!('error' in result) || 'error' in newest(body)) return result;
    const { code, message, field } = result.error;
    const summary = `${message}; this body is ${OF_NEWEST}`;
    return { error: new AppError(code, summary, field === undefined ? {} : { field }) };
  };
}
