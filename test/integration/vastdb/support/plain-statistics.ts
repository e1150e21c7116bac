/** Statistics as their definitions read, however slow. Without values they are null. */

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample. */
export function deviation(values: readonly number[]): number | null {
  const middle = mean(values);
  if (middle === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

export function percentile(values: readonly number[], fraction: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = fraction * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

export function distribution(values: readonly number[], bins: number): number[] {
  if (values.length === 0) return [];
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  if (range === 0) return [values.length];
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(((value - least) * bins) / range));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

interface Timed {
  readonly t: number;
  readonly y: number;
}

export function movingAverage(
  points: readonly Timed[],
  window: number,
): { readonly t: number; readonly count: number; readonly average: number }[] {
  const sorted = points.toSorted((a, b) => a.t - b.t || a.y - b.y);
  return sorted.map(({ t }) => {
    const inside = sorted.filter((other) => other.t > t - window && other.t <= t).map(({ y }) => y);
    return { t, count: inside.length, average: mean(inside) ?? NaN };
  });
}

/** How many deviations each of those is away that are further away than `threshold`, the furthest first. */
export function anomalies(values: readonly number[], threshold: number): number[] {
  const middle = mean(values);
  const spread = deviation(values);
  if (middle === null || spread === null || spread === 0) return [];
  return values
    .map((value) => Math.abs(value - middle) / spread)
    .filter((score) => score > threshold)
    .sort((a, b) => b - a);
}

export function trend(points: readonly Timed[]): Record<'slope' | 'r2' | 'first' | 'last', number | null> {
  const sorted = points.toSorted((a, b) => a.t - b.t || a.y - b.y);
  const ends = { first: sorted[0]?.y ?? null, last: sorted.at(-1)?.y ?? null };
  if (new Set(points.map(({ t }) => t)).size < 2) return { slope: null, r2: null, ...ends };
  const { xx, yy, xy } = squares(points.map(({ t, y }) => [t, y] as const));
  return { slope: xy / xx, r2: yy === 0 ? 1 : xy ** 2 / (xx * yy), ...ends };
}

export function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const { xx, yy, xy } = squares(pairs);
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function squares(pairs: readonly (readonly [number, number])[]): { xx: number; yy: number; xy: number } {
  const x = mean(pairs.map(([first]) => first)) ?? 0;
  const y = mean(pairs.map(([, second]) => second)) ?? 0;
  return pairs.reduce(
    (sums, [first, second]) => ({
      xx: sums.xx + (first - x) ** 2,
      yy: sums.yy + (second - y) ** 2,
      xy: sums.xy + (first - x) * (second - y),
    }),
    { xx: 0, yy: 0, xy: 0 },
  );
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Looks at every whole number of the range by itself. */
export function timeline(ranges: readonly Range[], from: number | undefined, to: number | undefined): Timeline {
  const starts = ranges.map(({ start }) => start);
  const ends = ranges.map(({ end }) => end);
  const extent = {
    start: from ?? (starts.length === 0 ? 0 : Math.min(...starts)),
    end: to ?? (ends.length === 0 ? 0 : Math.max(...ends)),
  };
  const found: Timeline = { covered: 0, gaps: [], overlaps: [] };
  if (ranges.length === 0 && (from === undefined || to === undefined)) return found;
  for (let at = extent.start; at < extent.end; at++) {
    const depth = ranges.filter(({ start, end }) => start <= at && at < end).length;
    if (depth > 0) found.covered++;
    if (depth === 0) extend(found.gaps, at);
    else if (depth > 1) extend(found.overlaps, at);
  }
  return found;
}

interface Timeline {
  covered: number;
  readonly gaps: [number, number][];
  readonly overlaps: [number, number][];
}

function extend(stretches: [number, number][], at: number): void {
  const last = stretches.at(-1);
  if (last?.[1] === at) last[1] = at + 1;
  else stretches.push([at, at + 1]);
}
