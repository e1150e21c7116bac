import type { AnalysisResult, GroupTotals, RateGroup, Series } from './analysis.ts';
import { loadPoints, POINTS } from './points.ts';
import { toBigInt, toCount, toText } from './values.ts';
import type { KeptColumn, Workspace } from './workspace.ts';

/** Rows by the bucket that their time is in; buckets begin at multiples of their width, also below 0. */
export async function rate(
  workspace: Workspace,
  series: Series,
  bucket: bigint,
  group: RateGroup | undefined,
  limit: number,
): Promise<AnalysisResult<'rate'>> {
  await loadPoints(workspace, series, { time: series.time, ...(group && { group: group.column }) });
  let named = `SELECT t, x, ${group === undefined ? 'NULL::VARCHAR AS g' : 'g'} FROM ${POINTS}`;
  if (group?.names !== undefined) {
    const { key, name, ...rows } = group.names;
    const columns: KeptColumn[] = [
      { column: key, as: 'k', type: 'text' },
      { column: name, as: 'label', type: 'text' },
    ];
    await workspace.load('labels', columns, rows);
    named = `SELECT t, x, label AS g FROM ${POINTS} JOIN labels ON g = k`;
  }
  const found = await workspace.all(
    `SELECT (t::HUGEINT - ((t % $1) + $1) % $1)::HUGEINT AS start, g, count(*), sum(x)
     FROM (${named}) GROUP BY start, g ORDER BY start, g NULLS LAST LIMIT $2`,
    [bucket, BigInt(limit + 1)],
  );
  return {
    cut: found.length > limit,
    buckets: found.slice(0, limit).map(([start, name, count, sum]) => ({
      start: toBigInt(start),
      group: toText(name),
      count: toCount(count),
      sum: toBigInt(sum),
    })),
  };
}

export async function groupTotals(workspace: Workspace, totals: GroupTotals): Promise<AnalysisResult<'groupTotals'>> {
  const { group, sums, product, ...rows } = totals;
  const columns: KeptColumn[] = [
    { column: group, as: 'g', type: 'text' },
    { column: product.json, as: 'j', type: 'text' },
    { ...product.times, as: 'n' },
    ...sums.map((sum, index): KeptColumn => ({ ...sum, as: `s${index}` })),
  ];
  await workspace.load('loaded', columns, rows);
  const found = await workspace.all(
    `SELECT g, count(*), coalesce(sum(p * n), 0), count(*) FILTER (n > 0 AND p IS NULL)${sums.map((_, index) => `, coalesce(sum(s${index}), 0)`).join('')}
     FROM (SELECT *, TRY_CAST(json_extract_string(j, $1) AS DOUBLE) AS p FROM loaded) GROUP BY g ORDER BY g NULLS LAST`,
    [product.path],
  );
  return found.map(([name, count, times, without, ...summed]) => ({
    group: toText(name),
    rows: toCount(count),
    product: toCount(times),
    withoutProduct: toCount(without),
    sums: summed.map(toBigInt),
  }));
}
