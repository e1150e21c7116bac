import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { describeEngine } from '../../support/engine-suite.ts';
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from '../../support/pgbouncer.ts';
import {
  OVER_TCP,
  overTcp,
  POSTGRES_MISSING,
  type PostgresServer,
  startPostgres,
} from '../../support/postgres-server.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

describe.each(['transaction', 'session'] as const)('PostgreSQL behind PgBouncer, in %s mode', (mode) => {
  const missing = POSTGRES_MISSING ?? pgbouncerMissing(mode);

  describe.skipIf(missing)(missing ?? 'set as the guide says', () => {
    let server: PostgresServer;
    /** Between the two. */
    let network: TcpProxy;
    let pooler: PgBouncer;
    beforeAll(async () => {
      server = await startPostgres(OVER_TCP);
      network = await startTcpProxy(server.port);
      pooler = await startPgBouncer(network.port, mode);
    });
    afterAll(async () => {
      await pooler.close();
      await network.close();
      await server.dispose();
    });

    const open = async (): Promise<TableEngine> =>
      openPostgresEngine({
        url: overTcp(await server.database(), pooler.port).href,
        replicaUrl: undefined,
        schema: 'tams',
        poolSize: 8,
        statementTimeoutMs: 60_000,
        logger: pino({ level: 'silent' }),
      });

    describeEngine('postgres', async () => {
      const engine = await open();
      return { engine, dispose: () => engine.close() };
    });

    it.each([
      ['that the server never saw', 'drop', 2],
      ['whose answer is lost', 'forward-and-drop', 1],
    ] as const)('finds out what became of a commit %s', async (_name, fault, expectedRuns) => {
      const engine = await open();
      try {
        await engine.createTable({ name: 'notes', columns: [{ name: 'id', type: 'string', required: true }] });
        let isArmed = true;
        network.onRequest = (data) => {
          if (!isArmed || !data.includes('COMMIT')) return 'forward';
          isArmed = false;
          return fault;
        };
        let runs = 0;
        await engine.transaction(async (tx) => {
          runs += 1;
          await tx.lock(['flow:1']);
          await tx.insert('notes', ['id'], [['once']]);
        });
        expect(isArmed).toBe(false);
        expect(runs).toBe(expectedRuns);
        expect(await engine.reader().count('notes')).toBe(1);
      } finally {
        network.onRequest = undefined;
        await engine.close();
      }
    });
  });
});
