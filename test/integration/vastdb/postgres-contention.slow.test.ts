import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const REPLICAS = 3;
/** So long that a transaction of another replica is always faster. */
const SLOW_MS = 300;
const STATEMENT_TIMEOUT_MS = 60_000;

describe.skipIf(POSTGRES_MISSING)(`a row that all replicas write at once ${POSTGRES_MISSING ?? ''}`, () => {
  let server: PostgresServer;
  let engines: TableEngine[];
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.database();
    engines = [];
    for (let replica = 0; replica < REPLICAS; replica += 1) {
      const logger = pino({ level: 'silent' });
      const options = { url, replicaUrl: undefined, schema: 'tams', poolSize: 8 };
      engines.push(await openPostgresEngine({ ...options, statementTimeoutMs: STATEMENT_TIMEOUT_MS, logger }));
    }
    const [engine] = engines;
    const columns = [
      { name: 'id', type: 'string', nullable: false },
      { name: 'writes', type: 'int64', nullable: false },
    ] as const;
    await engine?.createTable({ name: 'counters', columns, sortKey: ['id'] });
    await engine?.transaction((tx) => tx.insert('counters', ['id', 'writes'], [['hot', 0n]]));
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    await server.dispose();
  });

  /** Reads the row, and after a while writes what it read and one more. */
  const count = (engine: TableEngine, thinkMs: number): Promise<void> =>
    engine.transaction(async (tx) => {
      const { rows, rowIds } = await tx.select({ table: 'counters', columns: ['writes'], rowIds: true });
      if (thinkMs > 0) await sleep(thinkMs);
      await tx.update('counters', rowIds, ['writes'], [[BigInt(String(rows[0]?.[0])) + 1n]]);
    });

  it('lets a transaction through that all others are faster than, and loses no write', async () => {
    const [first, ...others] = engines;
    if (first === undefined) throw new Error('no replica has started');
    let isOver = false;
    let done = 0;
    const hurry = async (engine: TableEngine): Promise<void> => {
      while (!isOver) {
        await count(engine, 0);
        done += 1;
      }
    };
    const hurried = Promise.all([...others, ...others].map((engine) => hurry(engine)));
    try {
      await Promise.all([count(first, SLOW_MS), count(first, SLOW_MS)]);
      done += 2;
    } finally {
      isOver = true;
      await hurried;
    }
    const { rows } = await first.transaction((tx) => tx.select({ table: 'counters', columns: ['writes'] }));
    expect(rows).toEqual([[BigInt(done)]]);
  });
});
