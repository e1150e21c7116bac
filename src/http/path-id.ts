import { AppError } from '../shared/errors.ts';
import { PATTERNS } from './schemas/common.ts';

const UUID = new RegExp(PATTERNS.uuid.pattern);

/** An id out of a path; one that cannot be anybody's is a 404, as one that is not known. */
export function pathId(id: string, noun: 'source' | 'flow' | 'deletion' | 'deletion request'): string {
  if (!UUID.test(id)) {
    throw new AppError('not_found', `There is no such ${noun}: its id must be ${PATTERNS.uuid.expects}`);
  }
  return id;
}

/** A path parameter of routes that are made for several resources. */
export function paramOf(request: { params: unknown }, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}
