import { malformed } from './transcript.ts';

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

/** Names in WebVTT and XML. Marks of direction become nothing: they are not speech. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['lrm', ''],
  ['rlm', ''],
]);
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]{1,8}));/g;
const REPLACEMENT = '\uFFFD';
const MAX_CODE_POINT = 0x10ffff;

/** Replaces references to characters, named or numeric, by the characters; names that are not known stay as they are. */
export function decodeReferences(text: string): string {
  return text.replace(REFERENCE, (reference: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? reference;
    return characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** As in HTML, which WebVTT refers to: an invalid code becomes U+FFFD. */
function characterOf(code: number): string {
  const isCharacter = code > 0 && code <= MAX_CODE_POINT && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : REPLACEMENT;
}
