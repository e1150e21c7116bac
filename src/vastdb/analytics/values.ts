import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';

/** Cells of answers, as results hold them. */

/** Null for anything that is no finite double, such as the mean of no rows. */
export function toNumber(value: DuckDBValue | undefined): number | null {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export const toCount = (value: DuckDBValue | undefined): number => toNumber(value) ?? 0;

export function toBigInt(value: DuckDBValue | undefined): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(Math.round(value)) : 0n;
}

export const toText = (value: DuckDBValue | undefined): string | null => (typeof value === 'string' ? value : null);

/** As stored: integers exactly. */
export const toExact = (value: DuckDBValue | undefined): bigint | number | null =>
  typeof value === 'bigint' ? value : toNumber(value);

/** Where a statement takes no parameter, for texts that are ours: paths of the server. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The rows of a statement's answer, some at a time; the next are computed when they are asked for. */
export async function* pagesOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBValue[][]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}
