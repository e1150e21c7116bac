import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const REPLICAS = 3;
/** So long that a transaction of another replica is always faster. */
const SLOW_MS = 300;
const STATEMENT_TIMEOUT_MS = 60_000;

describe.skipIf(POSTGRES_MISSING)(`a row that all replicas write at once ${POSTGRES_MISSING ?? ''}`, () => {
  let server: PostgresServer;
  let url: string;
  let engines: TableEngine[];
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database();
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

  const value = async (engine: TableEngine): Promise<bigint> => {
    const { rows } = await engine.transaction((tx) => tx.select({ table: 'counters', columns: ['writes'] }));
    return BigInt(String(rows[0]?.[0]));
  };

  const lost = (error: unknown): boolean => error instanceof TableError && error.kind === 'conflict';

  /** Runs `work` while the other replicas write the row without a rest. @returns their writes, and the longest wait of one. */
  const beside = async (
    work: () => Promise<unknown>,
    mayLose = false,
  ): Promise<{ writes: number; longestMs: number }> => {
    let isOver = false;
    let writes = 0;
    let longestMs = 0;
    const hurry = async (engine: TableEngine): Promise<void> => {
      while (!isOver) {
        const began = performance.now();
        try {
          await count(engine, 0);
          writes += 1;
        } catch (error) {
          if (!mayLose || !lost(error)) throw error;
        }
        longestMs = Math.max(longestMs, performance.now() - began);
      }
    };
    const [, ...others] = engines;
    const hurried = Promise.all([...others, ...others].map((engine) => hurry(engine)));
    try {
      await work();
    } finally {
      isOver = true;
      await hurried;
    }
    return { writes, longestMs };
  };

  it('lets a transaction through that all others are faster than, and loses no write', async () => {
    const [first] = engines;
    if (first === undefined) throw new Error('no replica has started');
    const before = await value(first);
    const { writes } = await beside(() => Promise.all([count(first, SLOW_MS), count(first, SLOW_MS)]));
    expect((await value(first)) - before).toBe(BigInt(writes + 2));
  });

  it('keeps nobody waiting for long where a transaction never ends', async () => {
    const [first] = engines;
    if (first === undefined) throw new Error('no replica has started');
    const gone = new pg.Client({ connectionString: url });
    await gone.connect();
    try {
      await gone.query('BEGIN; LOCK TABLE tams._locks IN ROW EXCLUSIVE MODE');
      let outcome: unknown;
      const { writes, longestMs } = await beside(async () => {
        outcome = await count(first, SLOW_MS).catch((error: unknown) => error);
      }, true);
      // As it was before any transaction could be alone.
      expect(outcome === undefined || lost(outcome)).toBe(true);
      expect(writes).toBeGreaterThan(0);
      expect(longestMs).toBeLessThan(STATEMENT_TIMEOUT_MS / 2);
    } finally {
      await gone.end();
    }
  });
});
