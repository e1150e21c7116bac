import { pino } from 'pino';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { type DatasetSpec, fillTables } from './dataset.ts';

/** As a server is after its installation, but for what the tests switch off: commits are durable. */
export const startDurablePostgres = (): Promise<PostgresServer> => startPostgres({ fsync: 'on' });

/** The variables that put a server's tables into that database. */
export const postgresEnv = (url: string): Record<string, string> => ({
  TABLE_ENGINE: 'postgres',
  DATABASE_URL: url,
  SECRET_KEY: 'a secret that the replicas of a benchmark share',
});

/** A database with the dataset; returns its URL. */
export async function databaseWith(
  server: PostgresServer,
  spec: DatasetSpec,
  log: (message: string) => void,
): Promise<string> {
  const url = await server.database();
  const started = performance.now();
  const engine = await openPostgresEngine({
    url,
    replicaUrl: undefined,
    schema: 'tams',
    poolSize: 4,
    statementTimeoutMs: 0,
    logger: pino({ level: 'silent' }),
  });
  await fillTables(engine, spec);
  // As autovacuum does within minutes: what is measured is not how it catches up.
  await server.run('VACUUM (ANALYZE)', url);
  const seconds = (performance.now() - started) / 1000;
  const segments = (spec.flows * spec.segmentsPerFlow).toLocaleString('en');
  log(`put ${segments} segments in ${spec.flows} flows on PostgreSQL: ${seconds.toFixed(1)} s`);
  return url;
}
