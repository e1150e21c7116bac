import type { AnalysisResult, Sizes } from './analysis.ts';
import { toBigInt, toCount } from './values.ts';
import type { KeptColumn, Workspace } from './workspace.ts';

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
