import { malformed } from './problem.ts';

const PATTERN = /^(?:(\d{1,6}):)?([0-5]\d):([0-5]\d)(?:[.,](\d{1,9}))?$/;
const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;

/** `hh:mm:ss.fff`, hours and fraction at will, as WebVTT, SRT (with a comma) and TTML write times; in nanoseconds. */
export function parseClockTime(text: string): bigint {
  const match = PATTERN.exec(text);
  if (match === null) throw malformed(`has the time ${JSON.stringify(text.slice(0, 40))}, which is not hh:mm:ss.fff`);
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const whole = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  return whole * NS_PER_S + BigInt(fraction.padEnd(9, '0'));
}

/** `hh:mm:ss.fff`, rounded down to a millisecond. */
export function formatClockTime(ns: bigint): string {
  const ms = ns / NS_PER_MS;
  const two = (value: bigint): string => value.toString().padStart(2, '0');
  const seconds = ms / 1000n;
  const fraction = (ms % 1000n).toString().padStart(3, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`;
}
