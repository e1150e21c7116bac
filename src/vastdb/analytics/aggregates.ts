import type { AnalysisResult, NumberOf, TopOrder, Values } from './analysis.ts';
import { loadPoints, POINTS } from './points.ts';
import { toCount, toExact, toNumber, toText } from './values.ts';
import type { Workspace } from './workspace.ts';

export async function summary(workspace: Workspace, values: Values): Promise<AnalysisResult<'summary'>> {
  const { base } = await loadPoints(workspace, values);
  const [rows, all, mean, deviation, min, max, sum] = await workspace.one(
    `SELECT count(x), count(*), avg(y), CASE WHEN count(x) > 1 THEN stddev_samp(y) END, min(x), max(x), sum(x)
     FROM ${POINTS}`,
  );
  const middle = toNumber(mean);
  return {
    rows: toCount(rows),
    nulls: toCount(all) - toCount(rows),
    mean: middle === null ? null : base + middle,
    deviation: toNumber(deviation),
    min: toExact(min),
    max: toExact(max),
    sum: toExact(sum),
  };
}

/** Between two values in proportion, as most tools do it. */
export async function percentiles(
  workspace: Workspace,
  values: Values,
  fractions: readonly number[],
): Promise<AnalysisResult<'percentiles'>> {
  const { base } = await loadPoints(workspace, values);
  const asked = fractions.map((_, index) => `quantile_cont(y, $${index + 1}::DOUBLE)`).join(', ');
  const [rows, ...found] = await workspace.one(`SELECT count(x), ${asked} FROM ${POINTS}`, [...fractions]);
  const shifted = found.map(toNumber);
  return { rows: toCount(rows), values: shifted.map((value) => (value === null ? null : base + value)) };
}

/** Pearson's, of the rows that have both; null where one of the two never changes. */
export async function correlation(
  workspace: Workspace,
  values: Values,
  other: NumberOf,
): Promise<AnalysisResult<'correlation'>> {
  await loadPoints(workspace, values, { other });
  const [rows, coefficient] = await workspace.one(
    `SELECT count(*), CASE WHEN min(y) < max(y) AND min(w) < max(w) THEN corr(y, w) END
     FROM ${POINTS} WHERE x IS NOT NULL AND z IS NOT NULL`,
  );
  return { rows: toCount(rows), coefficient: toNumber(coefficient) };
}

/** Bins of one width from the least to the greatest value; a single one where all values are the same. */
export async function distribution(
  workspace: Workspace,
  values: Values,
  bins: number,
): Promise<AnalysisResult<'distribution'>> {
  const { base } = await loadPoints(workspace, values);
  const [all, greatest] = await workspace.one(`SELECT count(x), max(y) FROM ${POINTS}`);
  const rows = toCount(all);
  const range = toNumber(greatest);
  if (rows === 0 || range === null) return { rows: 0, bins: [] };
  if (range === 0) return { rows, bins: [{ low: base, high: base, count: rows }] };
  const width = range / bins;
  // Not by the width, which is rounded.
  const found = await workspace.all(
    `SELECT least(floor(y * $2 / $1)::BIGINT, $2 - 1) AS bin, count(*) FROM ${POINTS} WHERE x IS NOT NULL GROUP BY bin`,
    [range, BigInt(bins)],
  );
  const counts = new Map(found.map(([bin, count]) => [toCount(bin), toCount(count)]));
  return {
    rows,
    bins: Array.from({ length: bins }, (_, bin) => ({
      low: base + bin * width,
      high: base + (bin === bins - 1 ? range : (bin + 1) * width),
      count: counts.get(bin) ?? 0,
    })),
  };
}

const ORDERS: Readonly<Record<TopOrder, string>> = { count: 'n', sum: 's', mean: 'm', min: 'lo', max: 'hi' };

/** The groups that are first by one of their numbers. */
export async function top(
  workspace: Workspace,
  values: Values,
  group: string,
  by: TopOrder,
  limit: number,
): Promise<AnalysisResult<'top'>> {
  const { base } = await loadPoints(workspace, values, { group });
  const found = await workspace.all(
    `SELECT g, count(x) AS n, sum(x)::DOUBLE AS s, avg(y) AS m, min(y) AS lo, max(y) AS hi, count(*) OVER ()
     FROM ${POINTS} WHERE x IS NOT NULL GROUP BY g ORDER BY ${ORDERS[by]} DESC, g NULLS LAST LIMIT $1`,
    [BigInt(limit)],
  );
  return {
    groups: toCount(found[0]?.[6]),
    top: found.map(([name, count, sum, mean, min, max]) => ({
      group: toText(name),
      count: toCount(count),
      sum: toCount(sum),
      mean: base + toCount(mean),
      min: base + toCount(min),
      max: base + toCount(max),
    })),
  };
}
