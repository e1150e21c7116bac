import { AppError } from '../shared/errors.ts';
import { TimeRange } from '../shared/time/timerange.ts';

/**
 * A `timerange` parameter, where one is given. An end before the start is an empty range (AppNote 0008).
 *
 * @param whenEmpty what an empty text stands for; without it, it is refused
 * @throws AppError invalid_timerange, naming the parameter
 */
export function readTimerange(text: string | undefined, whenEmpty?: TimeRange): TimeRange | undefined {
  if (text === undefined) return undefined;
  if (text === '') {
    if (whenEmpty !== undefined) return whenEmpty;
    throw new AppError('invalid_timerange', 'timerange must not be empty here; _ stands for everything', {
      field: 'timerange',
    });
  }
  try {
    return TimeRange.parseQuery(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `timerange: ${error.message}`, { field: 'timerange', cause: error });
  }
}
