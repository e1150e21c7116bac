import type { Cell, RowSet } from '../engine.ts';
import { and, between, or } from '../predicate/builder.ts';
import type { SeekQuery, SelectQuery } from './select-query.ts';
import { intervalOf } from './timeline-bounds.ts';

/** Points that are looked for in one select. */
const POINTS_AT_ONCE = 256;
/** Rows that a select may return for each of its points: where it finds more, the ranges were too wide. */
const ROWS_PER_POINT = 16;
const GROWTH = 16n;
const SHRINKING = 4n;
/** Steps of the timeline that the first ranges are wide: one more than reaches the next row of an even one. */
const FIRST_STEPS = 2n;

/** A point that has no row yet, in positions that grow away from the rows. */
interface Open {
  readonly place: number;
  readonly point: bigint;
  /** No row is looked for here or below: the point before has that one. */
  readonly floor: bigint;
  /** There is no row from here to the point. */
  empty: bigint;
}

/**
 * A seek for engines without indexes: reads the rows in a short range at each point, and, where a range has none, in
 * longer ones. Rows of an even timeline are found by one select for each 256 points.
 */
export async function seekInRanges(
  query: SeekQuery,
  select: (query: SelectQuery) => Promise<RowSet>,
): Promise<(Cell[] | undefined)[]> {
  const { points, direction, column, where, timeline } = query;
  const found: (Cell[] | undefined)[] = points.map(() => undefined);
  const sign = direction === 'before' ? 1n : -1n;
  const places = direction === 'before' ? [...points.keys()] : [...points.keys()].reverse();
  const { start, end } = intervalOf(column, where, timeline);
  let floor = direction === 'before' ? start - 1n : -end;
  const open: Open[] = places.map((place) => {
    const point = sign * (points[place] ?? 0n);
    const one = { place, point, floor: floor > point ? point : floor, empty: point + 1n };
    if (point > floor) floor = point;
    return one;
  });
  const step = timeline?.expectedStepNs ?? 0n;
  for (let first = 0; first < open.length; first += POINTS_AT_ONCE) {
    const part = open.slice(first, first + POINTS_AT_ONCE);
    for (const { place, row } of await readRanges(part, (step > 1n ? step : 1n) * FIRST_STEPS)) found[place] = row;
  }
  // A point without a row of its own has that of the point before.
  for (const [index, place] of places.entries()) found[place] ??= found[places[index - 1] ?? -1];
  return found;

  async function readRanges(part: Open[], firstWidth: bigint): Promise<{ place: number; row: Cell[] }[]> {
    const rowsOf: { place: number; row: Cell[] }[] = [];
    let width = firstWidth;
    for (let left = part.filter(isOpen); left.length > 0; left = left.filter(isOpen)) {
      const ranges = left.map((one) => ({ one, low: lowOf(one, width) }));
      const terms = ranges.map(({ one, low }) => {
        const [a, b] = [sign * low, sign * (one.empty - 1n)];
        return between(column, a < b ? a : b, a < b ? b : a);
      });
      const limit = left.length * ROWS_PER_POINT + 1;
      const columns = [...query.columns, column];
      const { rows } = await select({ table: query.table, columns, where: and([where, or(terms)]), limit });
      if (rows.length === limit && width > 1n) {
        width = width > SHRINKING ? width / SHRINKING : 1n;
        continue;
      }
      // A seek is along a column of times, none of which is null.
      const sorted = rows
        .map((row) => ({ position: sign * (row.at(-1) as bigint), row }))
        .sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
      let next = 0;
      for (const { one, low } of ranges) {
        let last: Cell[] | undefined;
        for (; next < sorted.length && (sorted[next]?.position ?? 0n) <= one.point; next++) last = sorted[next]?.row;
        one.empty = last === undefined ? low : one.floor + 1n;
        if (last !== undefined) rowsOf.push({ place: one.place, row: last.slice(0, -1) });
      }
      width *= GROWTH;
    }
    return rowsOf;
  }
}

const isOpen = ({ empty, floor }: Open): boolean => empty > floor + 1n;

const lowOf = ({ empty, floor }: Open, width: bigint): bigint => (empty - width > floor ? empty - width : floor + 1n);
