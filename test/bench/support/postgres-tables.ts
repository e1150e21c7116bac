import { pino } from 'pino';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { OVER_TCP, overTcp, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import type { BenchmarkContext } from './benchmark.ts';
import { type DatasetSpec, EPOCH_NS, fillTables, TURN } from './dataset.ts';
import { buildTimelines, SEGMENT_NS } from './long-timeline.ts';

/** As a server is after its installation, but for what the tests switch off: commits are durable. */
export const startDurablePostgres = (): Promise<PostgresServer> => startPostgres({ ...OVER_TCP, fsync: 'on' });

/** The variables that put a server's tables into that database. */
export const postgresEnv = (url: string): Record<string, string> => ({
  TABLE_ENGINE: 'postgres',
  DATABASE_URL: url,
  SECRET_KEY: 'a secret that the replicas of a benchmark share',
});

/** A database with the dataset; returns its URL. */
export function databaseWith(
  server: PostgresServer,
  spec: DatasetSpec,
  context: Pick<BenchmarkContext, 'log'>,
): Promise<string> {
  return filled(server, spec, context, (engine) => fillTables(engine, spec));
}

/** The same without the objects, which takes a part of the time; returns its URL. */
export function databaseWithTimelines(
  server: PostgresServer,
  spec: DatasetSpec,
  context: Pick<BenchmarkContext, 'log'>,
): Promise<string> {
  const startNs = (number: number): bigint => EPOCH_NS + BigInt(number) * SEGMENT_NS;
  const timelines = Array.from({ length: spec.flows }, (_, flow) => ({
    flow,
    segments: spec.segmentsPerFlow,
    startNs,
  }));
  return filled(server, spec, context, (engine) => buildTimelines(engine, timelines, TURN));
}

async function filled(
  server: PostgresServer,
  { flows, segmentsPerFlow }: DatasetSpec,
  context: Pick<BenchmarkContext, 'log'>,
  fill: (engine: TableEngine) => Promise<void>,
): Promise<string> {
  const url = overTcp(await server.database(), server.port).href;
  const started = performance.now();
  const engine = await openPostgresEngine({
    url,
    replicaUrl: undefined,
    schema: 'tams',
    poolSize: 4,
    statementTimeoutMs: 0,
    logger: pino({ level: 'silent' }),
  });
  await fill(engine);
  // As autovacuum does within minutes: what is measured is not how it catches up.
  await server.run('VACUUM (ANALYZE)', url);
  const seconds = (performance.now() - started) / 1000;
  const segments = (flows * segmentsPerFlow).toLocaleString('en');
  context.log(`put ${segments} segments in ${flows} flows on PostgreSQL: ${seconds.toFixed(1)} s`);
  return url;
}
