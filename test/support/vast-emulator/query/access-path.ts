import type { Range } from '../store/sorted-slots.ts';
import type { Table } from '../store/table.ts';
import type { Posting } from '../store/table-indexes.ts';
import type { Condition } from './filter.ts';

/** A table of so many versions is gone through faster than an index is asked. */
const SMALL_TABLE = 1_000;
/** A list of so many slots is not worth narrowing down further. */
const SHORT_LIST = 256;

/** A way to fewer slots than all. Each has to be looked at again: indexes know nothing of visibility. */
export interface AccessPath {
  readonly estimate: number;
  readonly slots: () => readonly number[];
}

/** The cheapest way that the indexes offer; undefined when the table has to be gone through. */
export function accessPath(table: Table, conditions: readonly Condition[]): AccessPath | undefined {
  if (table.rows.slots <= SMALL_TABLE) return undefined;
  const postings = shortestPostings(table, conditions);
  const ranges = mergedRanges(conditions);
  if (postings === undefined) {
    return cheapest(
      [...ranges].map(([values, range]) => {
        const sorted = table.indexes.sortedBy(values);
        return { estimate: sorted.estimate(range), slots: () => sorted.slots(range) };
      }),
    );
  }
  const whole = { estimate: lengthOf(postings), slots: () => postings.flatMap(({ slots }) => slots) };
  if (whole.estimate <= SHORT_LIST) return whole;
  return cheapest([
    whole,
    ...[...ranges].map(([values, range]) => {
      const sorted = postings.map((posting) => posting.sortedBy(values));
      return {
        estimate: sorted.reduce((sum, part) => sum + part.estimate(range), 0),
        slots: () => sorted.flatMap((part) => part.slots(range)),
      };
    }),
  ]);
}

function shortestPostings(table: Table, conditions: readonly Condition[]): readonly Posting[] | undefined {
  let shortest: readonly Posting[] | undefined;
  for (const { keys, values } of conditions) {
    if (keys === undefined) continue;
    const postings = [...new Set(keys)]
      .map((key) => table.indexes.posting(values, key))
      .filter((posting) => posting !== undefined);
    if (shortest === undefined || lengthOf(postings) < lengthOf(shortest)) shortest = postings;
  }
  return shortest;
}

/** One range per column: `a >= 1 AND a < 5` may come as two conditions. */
function mergedRanges(conditions: readonly Condition[]): Map<Condition['values'], Range> {
  const ranges = new Map<Condition['values'], Range>();
  for (const { values, range } of conditions) {
    if (range === undefined) continue;
    const known = ranges.get(values);
    // Of two bounds on one side either is right, since each slot is looked at again.
    ranges.set(values, { lower: known?.lower ?? range.lower, upper: known?.upper ?? range.upper });
  }
  return ranges;
}

function cheapest(paths: readonly AccessPath[]): AccessPath | undefined {
  let best: AccessPath | undefined;
  for (const path of paths) if (best === undefined || path.estimate < best.estimate) best = path;
  return best;
}

function lengthOf(postings: readonly Posting[]): number {
  return postings.reduce((sum, { slots }) => sum + slots.length, 0);
}
