import type { PostgresServer } from './postgres-server.ts';

/** The server has to be started with it for its statements to be counted; the module comes with PostgreSQL. */
export const COUNTED_STATEMENTS = { shared_preload_libraries: 'pg_stat_statements' } as const;

/** What begins, marks and ends transactions travels with other statements. */
const OF_TRANSACTIONS = /^(BEGIN|LOCK TABLE|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SELECT pg_current_xact_id)/;
/** The workers of a server ask too, now and then: the least of so many counts is that of the work. */
const TIMES = 4;

/**
 * The statements about rows that a database got while `work` ran, each as often as it ran, as the server itself counts
 * them. Those that belong to transactions alone are left out.
 */
export async function statementsOf(
  server: PostgresServer,
  database: string,
  work: () => Promise<void>,
): Promise<readonly string[]> {
  await server.run('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const name = new URL(database).pathname.slice(1);
  const counted: string[][] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await server.run('SELECT pg_stat_statements_reset()');
    await work();
    const rows = await server.run(
      `SELECT query, calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '${name}'`,
    );
    const all = rows.flatMap(([query, calls]) => Array.from({ length: Number(calls) }, () => String(query)));
    counted.push(all.filter((text) => !OF_TRANSACTIONS.test(text)));
  }
  return counted.reduce((least, each) => (each.length < least.length ? each : least));
}
