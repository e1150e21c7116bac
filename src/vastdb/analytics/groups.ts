import type { AnalysisResult, GroupTotals, RateGroup, Series, Sizes } from './analysis.ts';
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

/** Sizes of rows in bands, as far as they are known. */
export async function sizes(
  workspace: Workspace,
  { id, places, placeAt, flag, known, ...rows }: Sizes,
  bounds: readonly bigint[],
): Promise<AnalysisResult<'sizes'>> {
  const columns: KeptColumn[] = [
    { column: id, as: 'id', type: 'text' },
    { column: places, as: 'p', type: 'text' },
    { column: flag, as: 'f', type: 'bool' },
  ];
  await workspace.load('loaded', columns, rows);
  for (const [index, { table, where, key, size }] of known.entries()) {
    const kept: KeptColumn[] = [
      { column: key, as: 'k', type: 'text' },
      { column: size, as: 'size', type: 'int' },
    ];
    await workspace.load(`known${index}`, kept, { table, ...(where && { where }) });
  }
  const joins = known.map(
    ({ by }, index) =>
      `LEFT JOIN (SELECT k, max(size) AS size FROM known${index} GROUP BY k) AS of${index} ON of${index}.k = placed.${by}`,
  );
  const size = ['NULL', ...known.map((_, index) => `of${index}.size`)].join(', ');
  const band = bounds.map((_, index) => `WHEN size < $${index + 1} THEN ${index}`).join(' ');
  await workspace.all(
    `CREATE TEMP TABLE sized AS
     SELECT f, size, CASE WHEN size IS NULL THEN NULL ${band} ELSE ${bounds.length} END AS band
     FROM (
       SELECT f, coalesce(${size})::BIGINT AS size
       FROM (SELECT f, id, substr(split_part(p, chr(10), 1), $${bounds.length + 1}::BIGINT) AS place FROM loaded) AS placed
       ${joins.join(' ')}
     )`,
    [...bounds, BigInt(placeAt)],
  );
  const [all, flagged, withSize, bytes] = await workspace.one(
    'SELECT count(*), count(*) FILTER (f), count(size), coalesce(sum(size), 0) FROM sized',
  );
  const found = await workspace.all('SELECT band, count(*), sum(size) FROM sized WHERE band IS NOT NULL GROUP BY band');
  const bands = new Map(found.map(([index, count, sum]) => [toCount(index), [toCount(count), toBigInt(sum)] as const]));
  return {
    rows: toCount(all),
    flagged: toCount(flagged),
    known: toCount(withSize),
    bytes: toBigInt(bytes),
    bands: Array.from({ length: bounds.length + 1 }, (_, index) => {
      const [count = 0, sum = 0n] = bands.get(index) ?? [];
      return { rows: count, bytes: sum };
    }),
  };
}
