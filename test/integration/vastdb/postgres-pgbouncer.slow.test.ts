import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { describeEngine } from '../../support/engine-suite.ts';
import { PGBOUNCER_MISSING, type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const MISSING = POSTGRES_MISSING ?? PGBOUNCER_MISSING;

describe.skipIf(MISSING)(`PostgreSQL behind PgBouncer ${MISSING ?? ''}`, () => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  beforeAll(async () => {
    server = await startPostgres();
    pooler = await startPgBouncer(server.port);
  });
  afterAll(async () => {
    await pooler.close();
    await server.dispose();
  });

  describeEngine('postgres', async () => {
    const url = new URL(await server.database());
    url.port = String(pooler.port);
    const engine = await openPostgresEngine({
      url: url.href,
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 8,
      statementTimeoutMs: 60_000,
      logger: pino({ level: 'silent' }),
    });
    return { engine, dispose: () => engine.close() };
  });
});
