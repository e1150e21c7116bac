import { isOwnPath } from '../../media/storage-path.ts';
import { parseFrameName } from '../../formats/exr/frame-name.ts';
import type { AdoptionKey, Counts, Layout } from './adoption.ts';

/** Numbers of frames and segments are less than this, and more than its negative: an ordinal has room for them. */
const NUMBER_MAX = 2 ** 42;
const SEQUENCE_SPAN = 1n << 43n;
/** The last number in the name of a file, which comes without its extension. */
const LAST_NUMBER = /^(?<before>.*?)(?<digits>\d{1,15})(?<after>\D*)$/s;

/** Where a key belongs: to the sequence of this name, as the one of this number. */
interface Numbered {
  readonly name: string;
  readonly number: number;
}

/** The beginning of all keys of a folder. */
export const folderOf = (prefix: string): string => (prefix === '' ? '' : `${prefix}/`);

/** Whether a folder, or a key, lies within those that may be adopted. */
export const isAllowed = (prefix: string, allowed: readonly string[]): boolean =>
  allowed.some((folder) => folder === '*' || prefix === folder || prefix.startsWith(`${folder}/`));

/** Why a key cannot be adopted, whatever is in it; undefined if it can. */
export function refusalOf(key: string): string | undefined {
  if (isOwnPath(key)) return 'this server made the key itself: the object is there already, or was reclaimed';
  if (!key.isWellFormed() || /\p{Cc}/u.test(key)) return 'the key has control characters, or is no Unicode';
  return undefined;
}

const PRESENT = 'it is the object ';

/** Why a key is `present`. */
export const presentAs = (objectId: string): string => PRESENT + objectId;

/** The object that a key is already, by that reason. */
export const objectOfPresent = (reason = ''): string | undefined =>
  reason.startsWith(PRESENT) ? reason.slice(PRESENT.length) : undefined;

/** Takes the name of a frame or a segment apart; a text says why it cannot be one. */
export function numberedOf(key: string, layout: Layout): Numbered | string {
  if (layout === 'frames') {
    if (!/\.exr$/i.test(key)) return 'it is no EXR file';
    const frame = parseFrameName(key);
    if (frame === undefined) return 'its name has no frame number before the extension, as name.0001.exr has';
    return within({ name: `${frame.prefix}####${frame.suffix}`, number: frame.frame });
  }
  const slash = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  const stem = dot > slash ? key.slice(slash, dot) : key.slice(slash);
  const { before, digits, after } = LAST_NUMBER.exec(stem)?.groups ?? {};
  if (before === undefined || digits === undefined || after === undefined) {
    return 'its name has no number that says where in the flow it belongs';
  }
  const name = `${key.slice(0, slash)}${before}#${after}${key.slice(slash + stem.length)}`;
  return within({ name, number: Number(digits) });
}

const within = (numbered: Numbered): Numbered | string =>
  Math.abs(numbered.number) < NUMBER_MAX ? numbered : `the number in its name is larger than ${NUMBER_MAX}`;

/** Orders keys by sequence, and within it by number. */
export const ordinalOf = (sequence: number, number: number): bigint =>
  BigInt(sequence) * SEQUENCE_SPAN + BigInt(number + NUMBER_MAX);

/** The sequence and number of an ordinal. */
export const placeOf = (ordinal: bigint): { sequence: number; number: number } => ({
  sequence: Number(ordinal / SEQUENCE_SPAN),
  number: Number(ordinal % SEQUENCE_SPAN) - NUMBER_MAX,
});

/** Keys that are refused when they are listed come before all others, none twice at one place. */
export const refusedOrdinal = (index: number): bigint => -1n - BigInt(index);

/** The counts when some keys have other states than before, or are new. */
export function changed(counts: Counts, before: readonly AdoptionKey[], after: readonly AdoptionKey[]): Counts {
  const now = { ...counts };
  for (const { state } of before) now[state]--;
  for (const { state } of after) now[state]++;
  return now;
}
