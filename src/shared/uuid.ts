import { hash, randomUUID } from 'node:crypto';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** A lower-case UUID, as TAMS has it, for schemas. */
export const UUID_PATTERN = `^${UUID}$`;
/** UUIDs with single commas between them, or nothing. */
export const UUID_LIST_PATTERN = `^(${UUID}(,${UUID})*)?$`;
const WHOLE_UUID = new RegExp(UUID_PATTERN);

/** Whether a text is a lower-case UUID, as TAMS has it. */
export const isUuid = (text: string): boolean => WHOLE_UUID.test(text);

/** Ids of one millisecond that can be told apart by their counter (12 bits, RFC 9562, 6.2, method 1). */
const PER_MILLISECOND = 4096;

let latestMs = 0;
let count = 0;

/**
 * A UUID of version 7 (RFC 9562): a time in milliseconds, a counter, and 62 random bits. Those that
 * one process makes grow strictly, so they are appended to an index instead of being spread over all
 * of its pages.
 */
export function uuidV7(nowMs: number = Date.now()): string {
  if (nowMs > latestMs) {
    latestMs = nowMs;
    count = 0;
  } else if (++count === PER_MILLISECOND) {
    // More ids than a millisecond holds, or a clock that was set back: the time goes on by itself.
    latestMs += 1;
    count = 0;
  }
  const time = latestMs.toString(16).padStart(12, '0');
  const counter = count.toString(16).padStart(3, '0');
  // The variant and the random bits are those of a UUID of version 4, which Node.js makes many at a time.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${randomUUID().slice(19)}`;
}

/** The same id for the same name, always: the form of a UUID of version 5 over a SHA-256. */
export function uuidOf(name: string): string {
  const hex = hash('sha256', name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
