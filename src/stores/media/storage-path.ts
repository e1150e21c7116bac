import { Buffer } from 'node:buffer';
import { AppError } from '../../shared/errors.ts';

/** S3 refuses longer keys; it counts bytes of UTF-8. */
const MAX_PATH_BYTES = 1024;
/** The longest name of a file that common file systems take. */
const MAX_SEGMENT_BYTES = 255;

/** A segment that needs no encoding: dots only between other characters, so it is never `.` or `..` or hidden. */
const SAFE_SEGMENT = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;
const SAFE_CHARACTER = /[A-Za-z0-9_-]/;

export interface StoragePathParts {
  /** Folders that everything of a backend lies under, separated by `/`; may be empty. */
  readonly prefix: string;
  readonly flowId: string;
  readonly allocatedAt: Date;
  readonly objectId: string;
}

/**
 * The path of a new object within its backend: `<prefix>/<flow_id>/<YYYY>/<MM>/<DD>/<object_id>`, the date in UTC. It
 * is made once, at allocation (TAMS 7.0, `POST /flows/{flowId}/storage`), and kept with the object.
 *
 * The path is ASCII, none of its segments is empty, `.`, `..` or hidden, and different object ids give different paths.
 * Throws `invalid_request` for an object id that is empty, is not well-formed Unicode, or makes the path too long.
 */
export function makeStoragePath({ prefix, flowId, allocatedAt, objectId }: StoragePathParts): string {
  if (objectId === '') throw invalidObjectId('an id must not be empty');
  // Lone surrogates have no UTF-8 form: all of them would become the same replacement character.
  if (!objectId.isWellFormed()) throw invalidObjectId('an id must be well-formed Unicode');
  const name = encodeSegment(objectId);
  if (name.length > MAX_SEGMENT_BYTES) {
    throw invalidObjectId(
      `an id must not be more than ${MAX_SEGMENT_BYTES} bytes when encoded, and this is ${name.length}`,
    );
  }
  const date = allocatedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  const folders = prefix.split('/').filter((segment) => segment !== '');
  const path = [...folders.map(encodeSegment), encodeSegment(flowId), date, name].join('/');
  if (path.length > MAX_PATH_BYTES) {
    throw invalidObjectId(`an id makes a storage path of ${path.length} bytes, and the most is ${MAX_PATH_BYTES}`);
  }
  return path;
}

function encodeSegment(segment: string): string {
  if (SAFE_SEGMENT.test(segment)) return segment;
  const bytes = Buffer.from(segment, 'utf8');
  let encoded = '';
  for (const [index, byte] of bytes.entries()) {
    const character = String.fromCharCode(byte);
    const innerDot = character === '.' && index > 0 && index < bytes.length - 1;
    encoded +=
      innerDot || SAFE_CHARACTER.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function invalidObjectId(problem: string): AppError {
  return new AppError('invalid_request', `body/object_ids: ${problem}`, { field: 'object_ids' });
}
