import type { Ordering } from '../engine.ts';
import { gte, lt } from '../predicate/builder.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { TimelineHint } from './select-query.ts';
import { type Interval, INT64_END, INT64_MIN, intervalOf } from './timeline-bounds.ts';

/**
 * Reads a page of a timeline from an engine that returns rows in no order: window after window, in
 * the direction of the ordering, until the page is full. What was read so far says how wide the
 * next window has to be; a window that turns out too full is not read but counted, and narrowed; an
 * empty one is followed by probes of one row each that find where the rows go on. So the cost
 * follows the page, and neither the length of the timeline nor the size of its gaps.
 */

/** How wide the first window is for each row of the page when nothing is known: a tenth of a second. */
const DEFAULT_STEP = 100_000_000n;
/** No window is meant to hold more rows than this, however few of them the residual lets through. */
const LARGEST_TARGET = 65_536;
const LARGEST_GROWTH = 8;

/** What a read of some rows of the timeline brought. */
export interface WindowRows<Row> {
  /** Those that the whole predicate picks. */
  readonly rows: Row[];
  /** How many the engine returned. */
  readonly read: number;
  /** The ordering column's value of some row that the engine returned. */
  readonly sample: bigint | undefined;
}

export interface TimelinePage<Row> {
  /** The first ordering column: int64, without nulls. */
  readonly order: Ordering;
  /** At least 1. */
  readonly limit: number;
  readonly hint: TimelineHint | undefined;
  /** What the engine filters by anyway; its bounds of the column confine the walk. */
  readonly where: Predicate | undefined;
  /** Reads at most `cap` rows of those that satisfy `extra` too. */
  readonly fetch: (extra: Predicate[], cap: number | undefined) => Promise<WindowRows<Row>>;
  /** Counts what `fetch` would read. */
  readonly count: (extra: Predicate[]) => Promise<number>;
}

/** The rows up to the end of the window in which the page became full, in no order: at least `limit`, where there are that many. */
export async function readTimelinePage<Row>(page: TimelinePage<Row>): Promise<Row[]> {
  const { limit, hint } = page;
  const axis = axisOf(page);
  const { end } = axis;
  const rows: Row[] = [];
  let target = limit;
  let width = (hint?.expectedStepNs ?? DEFAULT_STEP) * BigInt(limit + 1);
  if (width < 1n) width = 1n;
  let calibrated = false;
  let position = axis.open ? await findRows(page, axis, axis.start, width) : axis.start;
  while (position !== undefined && position < end) {
    const stop = position + width < end ? position + width : end;
    const window = axis.between(position, stop);
    // Rows of one instant cannot be told apart by a narrower window.
    const cap = stop - position > 1n ? 2 * target + 16 : undefined;
    const found = await page.fetch(window, cap === undefined ? undefined : cap + 1);
    if (cap !== undefined && found.read > cap) {
      // Others may have deleted rows since.
      const count = Math.max(await page.count(window), found.read);
      width = atLeastOne(((stop - position) * BigInt(target)) / BigInt(count));
      continue;
    }
    if (found.read === 0) {
      position = await findRows(page, axis, stop, width);
      // As long as no two rows were seen together, the gap is the best guess of their distance.
      if (!calibrated && position !== undefined && position - stop > width) width = position - stop;
      continue;
    }
    calibrated ||= found.read > 1;
    for (const row of found.rows) rows.push(row);
    if (rows.length >= limit) break;
    position = stop;
    target = nextTarget(limit - rows.length, found, target);
    width = nextWidth(width, target, found.read);
  }
  return rows;
}

/** How many rows have to be read for the missing ones to be among them, with some to spare. */
function nextTarget(missing: number, found: WindowRows<unknown>, target: number): number {
  const picked = found.rows.length / found.read;
  const wanted = picked === 0 ? target * 4 : Math.ceil((missing * 1.25) / picked) + 4;
  return Math.min(wanted, target * LARGEST_GROWTH + 4, LARGEST_TARGET);
}

function nextWidth(width: bigint, target: number, read: number): bigint {
  const widest = width * BigInt(LARGEST_GROWTH);
  const next = atLeastOne((width * BigInt(target)) / BigInt(read));
  return next < widest ? next : widest;
}

function atLeastOne(width: bigint): bigint {
  return width < 1n ? 1n : width;
}

/**
 * A position from which the next row is less than `precision` away, with no row between `from` and
 * it; undefined where no row comes after `from`. Any row found tells where the first one cannot be
 * behind: steps that double lead back from there, then the rest is halved.
 */
async function findRows(
  page: TimelinePage<unknown>,
  axis: Axis,
  from: bigint,
  precision: bigint,
): Promise<bigint | undefined> {
  const probe = async (low: bigint, high: bigint): Promise<bigint | undefined> => {
    const { sample } = await page.fetch(axis.between(low, high), 1);
    return sample === undefined ? undefined : axis.toPosition(sample);
  };
  if (from >= axis.end) return undefined;
  const first = await probe(from, axis.end);
  if (first === undefined) return undefined;
  let low = from;
  let high = first;
  let back = precision;
  while (high - low >= precision) {
    const half = (high - low) / 2n;
    const middle = high - (back < half ? back : half);
    if (middle <= low) break;
    const earlier = await probe(low, middle);
    if (earlier === undefined) low = middle;
    else high = earlier;
    back *= 2n;
  }
  return low;
}

/** Positions grow in the direction of the ordering, so that one walk serves both. */
interface Axis {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
  /** Where the rows start is not known. */
  readonly open: boolean;
  readonly toPosition: (value: bigint) => bigint;
  /** The terms that pick the half-open window of positions. */
  readonly between: (low: bigint, high: bigint) => Predicate[];
}

function axisOf({ order, where, hint }: TimelinePage<unknown>): Axis {
  const known: Interval = intervalOf(order.column, where, hint);
  const within = (low: bigint, high: bigint): Predicate[] => [
    ...(low > INT64_MIN ? [gte(order.column, low)] : []),
    ...(high < INT64_END ? [lt(order.column, high)] : []),
  ];
  if (order.direction === 'asc') {
    return {
      start: known.start,
      end: known.end,
      open: known.start === INT64_MIN,
      toPosition: (value) => value,
      between: within,
    };
  }
  return {
    start: -known.end,
    end: -known.start,
    open: known.end === INT64_END,
    toPosition: (value) => -value - 1n,
    between: (low, high) => within(-high, -low),
  };
}
