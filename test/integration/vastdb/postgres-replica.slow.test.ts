import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import { openPostgresEngine } from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import type { TableError } from '../../../src/vastdb/table-error.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';

const PASSWORD = 'hunter2-hunter2';

describe.skipIf(POSTGRES_MISSING)(`a read replica of PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let primary: PostgresServer;
  let replica: PostgresServer;
  let url: string;
  let log: string[];
  const engines: TableEngine[] = [];
  beforeAll(async () => {
    primary = await startPostgres();
    replica = await primary.standby();
  });
  afterAll(async () => {
    await replica.dispose();
    await primary.dispose();
  });
  beforeEach(async () => {
    log = [];
    url = await primary.database();
    await caughtUp();
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  const caughtUp = (): Promise<unknown> =>
    expect
      .poll(() => primary.run('SELECT pg_current_wal_flush_lsn() <= replay_lsn FROM pg_stat_replication'), {
        timeout: 30_000,
      })
      .toEqual([[true]]);

  const open = async (replicaUrl: string): Promise<TableEngine> => {
    const engine = await openPostgresEngine({
      url,
      replicaUrl,
      schema: 'tams',
      poolSize: 4,
      statementTimeoutMs: 30_000,
      logger: pino({ level: 'info' }, { write: (line: string) => log.push(line) }),
    });
    engines.push(engine);
    return engine;
  };
  const insert = (engine: TableEngine, id: string): Promise<void> =>
    engine.transaction((tx) => tx.insert('notes', ['id'], [[id]]));
  const NOTES = { name: 'notes', columns: [{ name: 'id', type: 'string', required: true }] } as const;

  it('serves the background, whose reads may be behind', async () => {
    const engine = await open(replica.urlOf(url));
    await engine.createTable(NOTES);
    await insert(engine, 'a');
    await caughtUp();
    await replica.run('SELECT pg_wal_replay_pause()');
    await insert(engine, 'b');
    expect(await engine.reader().count('notes')).toBe(2);
    expect(await engine.reader('background').count('notes')).toBe(1);
    const scanned: unknown[] = [];
    for await (const batch of engine.reader().scan({ table: 'notes', columns: ['id'] })) {
      scanned.push(...(batch.columns[0] ?? []));
    }
    expect(scanned).toEqual(['a']);
    expect(await engine.snapshot?.((reader) => reader.count('notes'))).toBe(1);
    // Writes of the background are for the primary.
    await engine.transaction((tx) => tx.insert('notes', ['id'], [['c']]), { lane: 'background' });
    await replica.run('SELECT pg_wal_replay_resume()');
    await expect.poll(() => engine.reader('background').count('notes')).toBe(3);
  });

  it('is replaced by the primary while it is lost', async () => {
    const engine = await open(replica.urlOf(url));
    await engine.createTable(NOTES);
    await insert(engine, 'a');
    await caughtUp();
    expect(await engine.reader('background').count('notes')).toBe(1);
    await replica.kill();
    await insert(engine, 'b');
    expect(await engine.reader('background').count('notes')).toBe(2);
    expect(await engine.snapshot?.((reader) => reader.count('notes'))).toBe(2);
    expect(log.filter((line) => line.includes('DATABASE_REPLICA_URL is lost'))).toHaveLength(1);

    // A restart of this server does not wait for it either.
    const restarted = await open(replica.urlOf(url));
    expect(await restarted.reader('background').count('notes')).toBe(2);

    await replica.start();
    await expect
      .poll(
        async () => {
          await engine.reader('background').count('notes');
          return log.join('');
        },
        { interval: 500 },
      )
      .toContain('background reads go to the replica again');
  });

  const refusal = async (replicaUrl: string): Promise<string> => {
    const message = await open(replicaUrl).then(
      () => 'opened',
      (error: unknown) => (error as TableError).message,
    );
    expect(message).not.toContain('\n');
    expect(message).not.toContain(PASSWORD);
    return message;
  };

  it('is refused at the start where it is none of this database', async () => {
    const other = await primary.database();
    await caughtUp();
    expect(await refusal(replica.urlOf(other))).toMatch(
      /DATABASE_REPLICA_URL has the database tams_.*DATABASE_URL has tams_.*name a standby/,
    );
    const stranger = await startPostgres();
    try {
      expect(await refusal(stranger.urlOf(url))).toMatch(
        /PostgreSQL refuses DATABASE_REPLICA_URL.*correct the name behind the \//,
      );
      await stranger.run(`CREATE DATABASE ${new URL(url).pathname.slice(1)}`);
      expect(await refusal(stranger.urlOf(url))).toMatch(/DATABASE_REPLICA_URL is no standby of the server/);
    } finally {
      await stranger.dispose();
    }
    const wrong = Object.assign(new URL(replica.urlOf(url)), { username: 'nobody', password: PASSWORD });
    expect(await refusal(wrong.href)).toMatch(/correct the user in DATABASE_REPLICA_URL/);
    // The primary itself is allowed.
    expect(await refusal(url)).toBe('opened');
  });
});
