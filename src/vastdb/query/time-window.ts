import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Ordering } from '../engine.ts';
import { gte, lt } from '../predicate/builder.ts';
import type { Predicate } from '../predicate/predicate.ts';
import type { TimelineHint } from './select-query.ts';
import { INT64_END, intervalOf } from './timeline-bounds.ts';

/**
 * Reads a page of a timeline from an engine that returns rows in no order: window after window, in the direction of the
 * ordering, until the page is full. The rows read so far decide the width of the next window. If a window is too full,
 * the rows read of it are a sample that shows where rows begin: the window is narrowed to the first few rows of the
 * sample. An empty one is followed by one over all that is left, so that a gap of any length costs the same. So the
 * cost follows the page, and neither the length of the timeline nor the size of its gaps. Nothing is counted: to count
 * a million rows is more than one request.
 */

/** At least this many rows are read of a window that is too full: of fewer, one could not tell where it begins. */
const SAMPLE_ROWS = 128;
/** No window is meant to hold more rows than this, however few of them the residual lets through. */
const LARGEST_TARGET = 65_536;
const LARGEST_GROWTH = 16;
/**
 * A window that is too full is narrowed to so many rows of its sample. An even sample has a share of the rows,
 * and a few of these may be too many still; of rows side by side, enough to tell how far apart they are.
 */
const KEPT_OF_SAMPLE = 8;

/** The result of a read of some rows of the timeline. */
export interface WindowRows<Row> {
  /** Those that the whole predicate picks. */
  readonly rows: Row[];
  /** The ordering column's values of all that the engine returned. */
  readonly times: readonly bigint[];
}

interface TimelinePage<Row> {
  /** The first ordering column: int64, without nulls. */
  readonly order: Ordering;
  /** At least 1. */
  readonly limit: number;
  readonly hint: TimelineHint | undefined;
  /** The engine's part of the predicate; its bounds of the column confine the walk. */
  readonly where: Predicate | undefined;
  /** Reads at most `cap` rows of those that satisfy `extra` too. */
  readonly fetch: (extra: Predicate[], cap: number | undefined) => Promise<WindowRows<Row>>;
}

/** The rows up to the end of the window in which the page became full, in no order: at least `limit`, where there are that many. */
export async function readTimelinePage<Row>(page: TimelinePage<Row>): Promise<Row[]> {
  const { limit, hint } = page;
  const axis = axisOf(page);
  const { end } = axis;
  const rows: Row[] = [];
  let position = axis.start;
  let target = limit;
  const step = hint?.expectedStepNs;
  let width = step === undefined ? end - position : atLeastOne(step) * BigInt(withSpare(limit));
  /** Some row is known to be here, unless it was deleted since. */
  let known: bigint | undefined;
  while (position < end) {
    const stop = position + width < end ? position + width : end;
    // Rows of one instant cannot be told apart by a narrower window.
    const cap = stop - position > 1n ? Math.max(target + Math.ceil(target / 2) + 16, SAMPLE_ROWS) : undefined;
    const found = await page.fetch(axis.between(position, stop), cap === undefined ? undefined : cap + 1);
    const read = found.times.length;
    const seen = positionsOf(found.times, axis, position, stop);
    if (cap !== undefined && read > cap) {
      known = seen[0];
      width = narrowed(position, stop, seen);
      continue;
    }
    for (const row of found.rows) rows.push(row);
    if (rows.length >= limit) break;
    if (read === 0) {
      width = (known !== undefined && known >= stop ? known + 1n : end) - stop;
    } else {
      target = nextTarget(limit - rows.length, found, target);
      // The gap at the window's beginning says nothing about the rows after it.
      const filled = stop - (read === 1 ? position : (seen[0] ?? position));
      width = nextWidth(stop - position, filled, target, read);
    }
    position = stop;
  }
  return rows;
}

/** A quarter more than wanted, so that rows that are not quite evenly spread need no second window. */
const withSpare = (rows: number): number => rows + Math.ceil(rows / 4);

/**
 * The width of the window at `start` after one up to `stop` was too full: from the sample, or half as wide if the
 * sample narrows it too little.
 */
function narrowed(start: bigint, stop: bigint, sample: readonly bigint[]): bigint {
  const width = stop - start;
  const next = (sample[KEPT_OF_SAMPLE - 1] ?? stop) + 1n - start;
  return next * 4n < width * 3n ? next : atLeastOne(width / 2n);
}

/** Rows to read so that the missing ones are among them, with some to spare. */
function nextTarget(missing: number, { rows, times }: WindowRows<unknown>, target: number): number {
  const picked = rows.length / times.length;
  const wanted = picked === 0 ? target * 4 : Math.ceil((missing * 1.25) / picked) + 4;
  return Math.min(wanted, target * LARGEST_GROWTH + 4, LARGEST_TARGET);
}

/** `filled` is the part of the last window behind the gap that it began with. */
function nextWidth(width: bigint, filled: bigint, target: number, read: number): bigint {
  const widest = width * BigInt(LARGEST_GROWTH);
  const next = atLeastOne((filled * BigInt(target)) / BigInt(read));
  return next < widest ? next : widest;
}

function atLeastOne(width: bigint): bigint {
  return width < 1n ? 1n : width;
}

/** Sorted positions of the rows that were read of the window. */
function positionsOf(times: readonly bigint[], axis: Axis, start: bigint, stop: bigint): bigint[] {
  return times
    .map((time) => {
      const position = axis.toPosition(time);
      // A row of the lead-in lies outside.
      if (position < start) return start;
      return position < stop ? position : stop - 1n;
    })
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Positions grow in the direction of the ordering, so that one walk serves both. */
interface Axis {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
  readonly toPosition: (value: bigint) => bigint;
  /** The terms that pick the half-open window of positions. */
  readonly between: (low: bigint, high: bigint) => Predicate[];
}

function axisOf({ order, where, hint }: TimelinePage<unknown>): Axis {
  const { start, end } = intervalOf(order.column, where, hint);
  const lead = hint?.leadIn;
  const floor = lead !== undefined && lead > start && lead < end ? lead : start;
  // The window at the floor includes earlier rows.
  const within = (low: bigint, high: bigint): Predicate[] => {
    const from = low === floor ? start : low;
    return [
      ...(from > INT64_MIN ? [gte(order.column, from)] : []),
      ...(high < INT64_END ? [lt(order.column, high)] : []),
    ];
  };
  if (order.direction === 'asc') {
    return { start: floor, end, toPosition: (value) => value, between: within };
  }
  return {
    start: -end,
    end: -floor,
    toPosition: (value) => -value - 1n,
    between: (low, high) => within(-high, -low),
  };
}
