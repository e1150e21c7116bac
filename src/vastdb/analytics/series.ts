import type { AnalysisResult, Series } from './analysis.ts';
import { loadSeries, POINTS } from './points.ts';
import { toBigInt, toCount, toNumber } from './values.ts';
import type { Workspace } from './workspace.ts';

/**
 * The mean of the values in the window that ends with each point: later than `window` before it, and not later than it.
 * Every row counts, while `maxPoints` of the points at most are returned, evenly spread, the last one among them.
 */
export async function movingAverage(
  workspace: Workspace,
  series: Series,
  window: bigint,
  maxPoints: number,
): Promise<AnalysisResult<'movingAverage'>> {
  const { base } = await loadSeries(workspace, series);
  const [total] = await workspace.one(`SELECT count(*) FROM ${POINTS} WHERE x IS NOT NULL`);
  const rows = toCount(total);
  const step = Math.max(1, Math.ceil(rows / maxPoints));
  const points = await workspace.all(
    `WITH averaged AS (
       SELECT t, y, row_number() OVER (ORDER BY t, y) AS position, avg(y) OVER sliding AS average, count(*) OVER sliding AS n
       FROM (SELECT t::HUGEINT AS t, y FROM ${POINTS} WHERE x IS NOT NULL)
       WINDOW sliding AS (ORDER BY t RANGE BETWEEN $1::HUGEINT PRECEDING AND CURRENT ROW)
     )
     SELECT t::BIGINT, y, average, n FROM averaged WHERE ($2 - position) % $3 = 0 ORDER BY position`,
    [window - 1n, BigInt(rows), BigInt(step)],
  );
  return {
    rows,
    points: points.map(([time, value, average, inWindow]) => ({
      time: toBigInt(time),
      value: base + toCount(value),
      average: base + toCount(average),
      inWindow: toCount(inWindow),
    })),
  };
}

/** Values that are further from the mean than `threshold` (sample) standard deviations, the furthest first. */
export async function anomalies(
  workspace: Workspace,
  series: Series,
  threshold: number,
  limit: number,
): Promise<AnalysisResult<'anomalies'>> {
  const { base } = await loadSeries(workspace, series);
  const [rows, mean, deviation] = await workspace.one(
    `SELECT count(x), avg(y), CASE WHEN count(x) > 1 THEN stddev_samp(y) END FROM ${POINTS}`,
  );
  const middle = toNumber(mean);
  const spread = toNumber(deviation);
  const known = { rows: toCount(rows), mean: middle === null ? null : base + middle, deviation: spread };
  if (middle === null || spread === null || spread === 0) return { ...known, total: 0, found: [] };
  const found = await workspace.all(
    `SELECT t, y, score, count(*) OVER () FROM (SELECT t, y, (y - $1) / $2 AS score FROM ${POINTS} WHERE x IS NOT NULL)
     WHERE abs(score) > $3 ORDER BY abs(score) DESC, t, y LIMIT $4`,
    [middle, spread, threshold, BigInt(limit)],
  );
  return {
    ...known,
    total: toCount(found[0]?.[3]),
    found: found.map(([time, value, score]) => ({
      time: toBigInt(time),
      value: base + toCount(value),
      score: toCount(score),
    })),
  };
}

/** The straight line with the least squares of distances, and the first and the last value in time. */
export async function trend(workspace: Workspace, series: Series): Promise<AnalysisResult<'trend'>> {
  const { base } = await loadSeries(workspace, series);
  const [rows, slope, r2] = await workspace.one(
    `SELECT count(*), CASE WHEN count(DISTINCT t) > 1 THEN regr_slope(y, u) END,
       CASE WHEN count(DISTINCT t) > 1 THEN regr_r2(y, u) END
     FROM (SELECT t, y, (t::HUGEINT - (SELECT min(t) FROM ${POINTS} WHERE x IS NOT NULL)::HUGEINT)::DOUBLE AS u
           FROM ${POINTS} WHERE x IS NOT NULL)`,
  );
  const end = async (direction: 'ASC' | 'DESC'): Promise<number | null> => {
    const [row] = await workspace.all(
      `SELECT y FROM ${POINTS} WHERE x IS NOT NULL ORDER BY t ${direction}, y ${direction} LIMIT 1`,
    );
    return toNumber(row?.[0]);
  };
  const first = await end('ASC');
  const last = await end('DESC');
  const change = first === null || last === null ? null : last - first;
  const start = first === null ? null : base + first;
  return {
    rows: toCount(rows),
    slope: toNumber(slope),
    r2: toNumber(r2),
    first: start,
    last: last === null ? null : base + last,
    change,
    changePercent: change === null || start === null || start === 0 ? null : (change / Math.abs(start)) * 100,
  };
}
