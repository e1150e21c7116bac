import type { Cell, Ordering } from '../engine.ts';
import { gt, gte, lt, lte } from '../predicate/builder.ts';
import { compareCells } from '../predicate/compare.ts';
import type { Predicate } from '../predicate/predicate.ts';

/**
 * Finds the end of a page on an engine that returns rows in no order, whatever the values of the ordering column and
 * wherever the engine begins to read. Where more rows are left than one read may have, a fair sample of them says where
 * the first few hundred end; samples of what lies before that end follow, each thicker than the last, until a read has
 * all of it. Only the ordering column is read. See docs/adr/0032-sorted-listings.md for the bound.
 */

/** Values of the sampling column: 0 to 2^31, not included. */
export const SPREAD_BITS = 31;

/** A read has no more rows than this, and twice the page. */
const MOST_KEYS = 2_048;
/** A window is meant to hold this many rows, and twice the page. */
const SPARE_KEYS = 128;
/** Each sample of too many rows is followed by one that has a 64th of them. */
const THINNER_BITS = 6;
/** Fewer rows of a sample say little about where the others are. */
const LEAST_PLACE = 4;
/** Samples are fair, so some six are enough for any table. After this many, the column is no fair one: all is read. */
const MOST_READS = 32;

/** Keys that a read found. */
interface KeysRead {
  /** Keys of all rows that the engine returned. */
  readonly read: Cell[];
  /** Keys of the rows that the whole predicate picks. */
  readonly picked: readonly Cell[];
  /** There may be more. */
  readonly cut: boolean;
}

interface SampledPage {
  /** The ordering column: its values are unique. */
  readonly order: Ordering;
  /** At least 1. */
  readonly limit: number;
  /** An int64 column whose values are spread evenly, whatever the order: see SPREAD_BITS. */
  readonly sample: string;
  /** Reads the ordering column of rows that satisfy `extra` too, at most `cap` of each part of the query. */
  readonly read: (extra: readonly Predicate[], cap: number | undefined) => Promise<KeysRead>;
}

/** The terms that end the page with its last row; none where all rows are on it. */
export async function findPageEnd(page: SampledPage): Promise<Predicate[]> {
  const { order, limit } = page;
  const inOrder = (a: Cell, b: Cell): number => (order.direction === 'asc' ? compareCells(a, b) : compareCells(b, a));
  const picked: Cell[] = [];
  let after: Cell | undefined;
  for (let wanted = SPARE_KEYS + 2 * limit; ; wanted *= 2) {
    const window = await readWindow(page, inOrder, after, wanted);
    for (const key of window.picked) picked.push(key);
    if (picked.length >= limit) return upTo(order, picked.sort(inOrder)[limit - 1]);
    if (window.end === undefined) return [];
    after = window.end;
  }
}

/** The keys of the first rows after `after`, about `wanted` of them, up to `end`; without an end, of all that are left. */
async function readWindow(
  { order, limit, sample, read }: SampledPage,
  inOrder: (a: Cell, b: Cell) => number,
  after: Cell | undefined,
  wanted: number,
): Promise<{ picked: readonly Cell[]; end: Cell | undefined }> {
  const cap = MOST_KEYS + 2 * limit;
  let end: Cell | undefined;
  // One of 2^bits rows is in the sample.
  let bits = 0;
  for (let reads = 1; ; reads++) {
    const thin = bits === 0 ? [] : [lt(sample, 1n << BigInt(SPREAD_BITS - bits))];
    const isLast = reads === MOST_READS;
    const found = await read(
      [...beyond(order, after), ...upTo(order, end), ...(isLast ? [] : thin)],
      isLast ? undefined : cap,
    );
    if (isLast || (bits === 0 && !found.cut)) return { picked: found.picked, end };
    if (found.cut) {
      bits = Math.min(bits + THINNER_BITS, SPREAD_BITS);
      continue;
    }
    const place = Math.max(LEAST_PLACE, Math.ceil(Math.min(wanted, cap / 4) / 2 ** bits));
    end = found.read.sort(inOrder)[Math.min(place, found.read.length) - 1] ?? end;
    bits = thicker(bits, place, cap);
  }
}

/** The least thinning with which the rows up to this place in a sample need no more than half of a read. */
function thicker(bits: number, place: number, cap: number): number {
  let fewer = bits - 1;
  while (fewer > 0 && place * 2 ** (bits - (fewer - 1)) <= cap / 2) fewer--;
  return fewer;
}

const beyond = ({ column, direction }: Ordering, key: Cell | undefined): Predicate[] =>
  key === undefined || key === null ? [] : [direction === 'asc' ? gt(column, key) : lt(column, key)];

const upTo = ({ column, direction }: Ordering, key: Cell | undefined): Predicate[] =>
  key === undefined || key === null ? [] : [direction === 'asc' ? lte(column, key) : gte(column, key)];
