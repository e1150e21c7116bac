import type { PostgresServer } from './postgres-server.ts';

/** What the server has to be started with for its statements to be counted; the module comes with PostgreSQL. */
export const COUNTED_STATEMENTS = { shared_preload_libraries: 'pg_stat_statements' } as const;

/** Statements that begin, end and mark transactions. They travel with others: nothing waits for them but for the commit. */
const CONTROL = /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SELECT pg_current_xact_id)/;

export interface CountedStatements {
  /** Statements about rows, each as often as it ran. */
  readonly rows: readonly string[];
  /** Those that begin, end and mark transactions. */
  readonly control: readonly string[];
}

/** What a database was asked for while `work` ran, by the counts of the server itself. */
export async function countStatements<T>(
  server: PostgresServer,
  database: string,
  work: () => Promise<T>,
): Promise<{ result: T; statements: CountedStatements }> {
  await server.run('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await server.run('SELECT pg_stat_statements_reset()');
  const result = await work();
  const name = new URL(database).pathname.slice(1);
  const counted = await server.run(
    `SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '${name}'`,
  );
  const all = counted.flatMap(([query, calls]) => Array.from({ length: Number(calls) }, () => String(query)));
  return {
    result,
    statements: {
      rows: all.filter((text) => !CONTROL.test(text)),
      control: all.filter((text) => CONTROL.test(text)),
    },
  };
}
