/** A range within an object, both ends inclusive. */
interface SatisfiableRange {
  readonly start: number;
  readonly end: number;
}

const SINGLE_RANGE = /^bytes=(\d{0,16})-(\d{0,16})$/;

/**
 * Reads a Range header (RFC 9110, section 14) against an object of `size` bytes. Undefined means to send the whole
 * object: there is no header, or it is malformed, of another unit, or asks for several ranges, which a server may
 * ignore. `unsatisfiable` is for a well-formed range that has no byte of the object.
 */
export function parseByteRange(
  header: string | undefined,
  size: number,
): SatisfiableRange | 'unsatisfiable' | undefined {
  const [, first, last] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) };
}
