import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { describeEngine } from '../../support/engine-suite.ts';
import { PGBOUNCER_MISSING, type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import {
  OVER_TCP,
  overTcp,
  POSTGRES_MISSING,
  type PostgresServer,
  startPostgres,
} from '../../support/postgres-server.ts';

const MISSING = POSTGRES_MISSING ?? PGBOUNCER_MISSING;

describe.skipIf(MISSING)(`PostgreSQL behind PgBouncer ${MISSING ?? ''}`, () => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  beforeAll(async () => {
    server = await startPostgres(OVER_TCP);
    pooler = await startPgBouncer(server.port);
  });
  afterAll(async () => {
    await pooler.close();
    await server.dispose();
  });

  describeEngine('postgres', async () => {
    const url = overTcp(await server.database(), pooler.port);
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
