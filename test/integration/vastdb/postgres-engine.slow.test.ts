import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { describeEngine } from '../../support/engine-suite.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

describe.skipIf(POSTGRES_MISSING)(`PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.dispose());

  describeEngine('postgres', async () => {
    if (server === undefined) throw new Error('the server has not started');
    const engine = await openPostgresEngine({
      url: await server.database(),
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 8,
      statementTimeoutMs: 60_000,
      logger: pino({ level: 'silent' }),
    });
    return { engine, dispose: () => engine.close() };
  });
});
