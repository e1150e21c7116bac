import type { NumberOf, Series, Values } from './analysis.ts';
import type { KeptColumn, Workspace } from './workspace.ts';

/**
 * Numbers of rows as statements use them: `points` with the number `x` as it is (null where a row has none) and, above
 * the least of all, `y`. Times and ids are far from 0 and close together, so that a double would keep little of them;
 * of their distance from the least one it keeps all.
 */
export const POINTS = 'points';

/** Columns that statements see beside x and y. */
interface PointColumns {
  readonly time?: string;
  readonly group?: string;
  readonly other?: NumberOf;
}

/** @returns the least of the numbers, which `y` is above. Rows without a time have no place in a series: they are left out. */
export async function loadPoints(
  workspace: Workspace,
  { table, where, value }: Values,
  { time, group, other }: PointColumns = {},
): Promise<{ base: number }> {
  const columns: KeptColumn[] = [
    ...numberColumns(value, 'a', 'b'),
    ...(time === undefined ? [] : [{ column: time, as: 't', type: 'int' } as const]),
    ...(group === undefined ? [] : [{ column: group, as: 'g', type: 'text' } as const]),
    ...(other === undefined ? [] : numberColumns(other, 'c', 'd')),
  ];
  await workspace.load('loaded', columns, { table, ...(where && { where }) });
  const beside = [time === undefined ? [] : ['t'], group === undefined ? [] : ['g']].flat();
  const x = numberText(value, 'a', 'b');
  const z = other === undefined ? undefined : numberText(other, 'c', 'd');
  await workspace.all(
    `CREATE TEMP VIEW numbers AS SELECT ${[...beside, `${x} AS x`, ...(z === undefined ? [] : [`${z} AS z`])].join(', ')} FROM loaded${time === undefined ? '' : ' WHERE t IS NOT NULL'}`,
  );
  const least = (name: string): string => `(SELECT min(${name}) FROM numbers)`;
  const shifted = [
    `(x - ${least('x')})::DOUBLE AS y`,
    ...(z === undefined ? [] : [`(z - ${least('z')})::DOUBLE AS w`]),
  ];
  await workspace.all(`CREATE TEMP VIEW ${POINTS} AS SELECT *, ${shifted.join(', ')} FROM numbers`);
  const [base] = await workspace.one('SELECT min(x)::DOUBLE FROM numbers');
  return { base: typeof base === 'number' ? base : 0 };
}

export const loadSeries = (workspace: Workspace, series: Series): Promise<{ base: number }> =>
  loadPoints(workspace, series, { time: series.time });

function numberColumns({ column, minus, type }: NumberOf, first: string, second: string): KeptColumn[] {
  const own: KeptColumn = { column, as: first, type };
  return minus === undefined ? [own] : [own, { column: minus, as: second, type }];
}

/** Sums of squares of smaller numbers are doubles still. */
const TOO_GREAT = '1e140';

/**
 * Exact for integers: their difference may have more than 64 bits. NaN, and values too great to compute with, become
 * null.
 */
function numberText({ minus, type }: NumberOf, first: string, second: string): string {
  const difference = (cast: string): string =>
    minus === undefined ? `${first}${cast}` : `(${first}${cast} - ${second}${cast})`;
  if (type !== 'float') return difference('::HUGEINT');
  // NaN is greater than any number here.
  return `CASE WHEN abs(${difference('')}) < ${TOO_GREAT} THEN ${difference('')} END`;
}
