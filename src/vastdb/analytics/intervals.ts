import type { Interval } from './analysis-results.ts';
import type { AnalysisResult, IntervalRows } from './analysis.ts';
import { toBigInt, toCount } from './values.ts';
import type { Workspace } from './workspace.ts';

/** Int64 differences may need 65 bits, and sums more: all of it is computed with 128. */
const CLIPPED = `
  SELECT greatest(s, lo) AS s, least(e, hi) AS e FROM (
    SELECT s::HUGEINT AS s, e::HUGEINT AS e, extent.lo, extent.hi FROM loaded, extent
  ) WHERE least(e, hi) > greatest(s, lo)`;

/** The gap before each interval, or its overlap with earlier ones, in the order of their starts. */
const STEPS = `
  SELECT s, e, coalesce(max(e) OVER (ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), (SELECT lo FROM extent)) AS reached
  FROM clipped
  UNION ALL
  SELECT hi, hi, coalesce((SELECT max(e) FROM clipped), lo) FROM extent WHERE lo IS NOT NULL`;

/** Pieces that touch or overlap become one: a part common to three intervals is counted once. */
const MERGED = `
  SELECT min(s) AS s, max(e) AS e FROM (
    SELECT s, e, count(*) FILTER (begins) OVER (ORDER BY s, e ROWS UNBOUNDED PRECEDING) AS island FROM (
      SELECT s, e, s > max(e) OVER (ORDER BY s, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS begins FROM pieces
    )
  ) GROUP BY island`;

/** Lengths of intervals, how much of a range they cover, where they leave gaps, and where they overlap. */
export async function intervals(
  workspace: Workspace,
  { start, end, from, to, ...rows }: IntervalRows,
  limit: number,
): Promise<AnalysisResult<'intervals'>> {
  await workspace.load(
    'loaded',
    [
      { column: start, as: 's', type: 'int' },
      { column: end, as: 'e', type: 'int' },
    ],
    rows,
  );
  const [count, min, max, total, first, last] = await workspace.one(
    `SELECT count(*), min(l), max(l), sum(l), min(s), max(e)
     FROM (SELECT s, e, e::HUGEINT - s::HUGEINT AS l FROM loaded)`,
  );
  const found = toCount(count);
  const low = from ?? (found === 0 ? undefined : toBigInt(first));
  const high = to ?? (found === 0 ? undefined : toBigInt(last));
  const lengths =
    found === 0
      ? null
      : { min: toBigInt(min), max: toBigInt(max), mean: toBigInt(total) / BigInt(found), total: toBigInt(total) };
  if (low === undefined || high === undefined || low >= high) return { count: found, lengths, ...NOTHING };

  await workspace.all('CREATE TEMP TABLE extent (lo HUGEINT, hi HUGEINT)');
  await workspace.all('INSERT INTO extent VALUES ($1, $2)', [low, high]);
  await workspace.all(`CREATE TEMP TABLE clipped AS ${CLIPPED}`);
  await workspace.all(`CREATE TEMP TABLE holes AS SELECT reached AS s, s AS e FROM (${STEPS}) WHERE s > reached`);
  await workspace.all(
    `CREATE TEMP TABLE pieces AS SELECT s, least(e, reached) AS e FROM (${STEPS}) WHERE s < reached AND e > s`,
  );
  await workspace.all(`CREATE TEMP TABLE shared AS ${MERGED}`);
  const gaps = await listed(workspace, 'holes', limit);
  const extent = { start: low, end: high };
  return {
    count: found,
    lengths,
    extent,
    covered: high - low - gaps.length,
    gaps,
    overlaps: await listed(workspace, 'shared', limit),
  };
}

const NONE = { total: 0, length: 0n, first: [] };
const NOTHING = { extent: null, covered: 0n, gaps: NONE, overlaps: NONE };

async function listed(
  workspace: Workspace,
  table: 'holes' | 'shared',
  limit: number,
): Promise<{ total: number; length: bigint; first: Interval[] }> {
  const [total, length] = await workspace.one(`SELECT count(*), coalesce(sum(e - s), 0) FROM ${table}`);
  const first = await workspace.all(`SELECT s, e FROM ${table} ORDER BY s, e LIMIT $1`, [BigInt(limit)]);
  return {
    total: toCount(total),
    length: toBigInt(length),
    first: first.map(([start, end]) => ({ start: toBigInt(start), end: toBigInt(end) })),
  };
}
