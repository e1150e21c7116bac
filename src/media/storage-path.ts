import { Buffer } from 'node:buffer';
import type { NewObject } from './media-store.ts';
import { AppError } from '../shared/errors.ts';
import { containerExtension, knownExtension } from './container-extension.ts';

/** S3 refuses longer keys; it counts bytes of UTF-8. */
const MAX_PATH_BYTES = 1024;
/** The longest name of a file that common file systems take. */
const MAX_SEGMENT_BYTES = 255;

/** A segment that needs no encoding: dots only between other characters, so it is never `.` or `..` or hidden. */
const SAFE_SEGMENT = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;
const SAFE_CHARACTER = /[A-Za-z0-9_-]/;

/**
 * The path of a new object within its backend: `<prefix>/<flow_id>/<YYYY>/<MM>/<DD>/<object_id>.<extension>`, the date
 * in UTC. It is made once, at allocation (TAMS 7.0, `POST /flows/{flowId}/storage`), and kept with the object.
 *
 * The extension is the container's, since players refuse segments whose URL has no known one. An id that a client gave
 * an extension keeps it. A nonce comes before the extension.
 *
 * The path is ASCII, and none of its segments is empty, `.`, `..` or hidden. Throws `invalid_request` for an object id
 * that is empty, is not well-formed Unicode, or makes the path too long.
 *
 * @param prefix folders that everything of a backend lies under, separated by `/`; may be empty
 */
export function makeStoragePath(prefix: string, object: NewObject): string {
  const { flowId, objectId, allocatedAt } = object;
  if (objectId === '') throw invalidObjectId('an id must not be empty');
  // Lone surrogates have no UTF-8 form: all of them would become the same replacement character.
  if (!objectId.isWellFormed()) throw invalidObjectId('an id must be well-formed Unicode');
  const name = encodeSegment(fileName(object));
  if (name.length > MAX_SEGMENT_BYTES) {
    throw invalidObjectId(
      `an id must not be more than ${MAX_SEGMENT_BYTES} bytes when encoded with its extension, and this is ${name.length}`,
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

/** The paths of `makeStoragePath` after the prefix: flow, date, and a name made of the object's id. Nothing else is ours. */
const OWN_PATH = /(?:^|\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/\d{4}\/\d\d\/\d\d\/[^/]+$/;

/** Whether a path is one that `makeStoragePath` makes, whatever the prefix. */
export const isOwnPath = (path: string): boolean => OWN_PATH.test(path);

function fileName({ objectId, container, nonce }: NewObject): string {
  const own = knownExtension(objectId);
  const extension = own ?? containerExtension(container);
  const parts = nonce === undefined && own !== undefined ? [objectId] : [objectId, nonce, extension];
  return parts.filter((part) => part !== undefined).join('.');
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
