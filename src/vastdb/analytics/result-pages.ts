import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';

/** The rows of a statement's answer, some at a time; the next are computed when they are asked for. */
export async function* pagesOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBValue[][]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}
