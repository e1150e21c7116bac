import { AppError } from '../errors.ts';

/** The earliest and the latest time that a table can hold, in nanoseconds: about 292 years around the epoch. */
export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

const NS_PER_S = 1_000_000_000n;
const PATTERN = /^(-?)(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})$/;
/** Digits of the seconds of the limits. Longer numbers are refused unread: parsing them takes quadratic time. */
const MAX_SECONDS_DIGITS = 10;
const QUOTED_MAX = 80;

/**
 * Reads a timestamp, `{sign?}{seconds}:{nanoseconds}`, as a signed count of nanoseconds (TAMS 7.0,
 * `schemas/timestamp.json`). The sign belongs to the whole: `-0:5` is minus 5 ns.
 *
 * Throws AppError `invalid_timerange` for any other text, and for a time that is no int64.
 */
export function parseTimestamp(text: string): bigint {
  const match = PATTERN.exec(text);
  if (!match) {
    throw new AppError(
      'invalid_timerange',
      `Timestamp ${quote(text)} is malformed: write {sign?}{seconds}:{nanoseconds} without leading zeros, such as 5:0.`,
    );
  }
  const [, sign = '', seconds = '', nanoseconds = ''] = match;
  if (seconds.length > MAX_SECONDS_DIGITS) throw outOfRange(text);
  // Both are exact as numbers, and a bigint is made of those in half the time.
  const size = BigInt(Number(seconds)) * NS_PER_S + BigInt(Number(nanoseconds));
  const ns = sign === '-' ? -size : size;
  if (!isInt64(ns)) throw outOfRange(text);
  return ns;
}

/** Prints a count of nanoseconds in canonical form: `-0:5` for -5n. */
export function formatTimestamp(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const seconds = size / NS_PER_S;
  return `${ns < 0n ? '-' : ''}${Number(seconds)}:${Number(size - seconds * NS_PER_S)}`;
}

/** Whether a table can hold this time. */
export function isInt64(ns: bigint): boolean {
  return ns >= INT64_MIN && ns <= INT64_MAX;
}

/** A client's text as it can be repeated in an error: quoted, and cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text);
}

function outOfRange(text: string): AppError {
  return new AppError(
    'invalid_timerange',
    `Timestamp ${quote(text)} is out of range: times go from ${formatTimestamp(INT64_MIN)} to ${formatTimestamp(INT64_MAX)}.`,
  );
}
