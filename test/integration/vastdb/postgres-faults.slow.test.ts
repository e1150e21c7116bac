import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TableEngine } from '../../../src/vastdb/engine.ts';
import {
  openPostgresEngine,
  type PostgresEngineOptions,
} from '../../../src/vastdb/engines/postgres/postgres-engine.ts';
import { Connections } from '../../../src/vastdb/engines/postgres/connections.ts';
import type { TransactionIdentity } from '../../../src/vastdb/engines/postgres/postgres-transaction.ts';
import { LAST_CRASH, serverExpression } from '../../../src/vastdb/engines/postgres/server-identity.ts';
import { checkServer } from '../../../src/vastdb/engines/postgres/start-checks.ts';
import { wasCommitted } from '../../../src/vastdb/engines/postgres/was-committed.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';
import {
  OVER_TCP,
  overTcp,
  POSTGRES_MISSING,
  type PostgresServer,
  startPostgres,
} from '../../support/postgres-server.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const PASSWORD = 'hunter2-hunter2';

describe.skipIf(POSTGRES_MISSING)(`PostgreSQL that fails ${POSTGRES_MISSING ?? ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(OVER_TCP);
  });
  afterAll(() => server.dispose());

  const open = (url: string, options: Partial<PostgresEngineOptions> = {}): Promise<TableEngine> =>
    openPostgresEngine({
      url,
      replicaUrl: undefined,
      schema: 'tams',
      poolSize: 4,
      statementTimeoutMs: 30_000,
      logger: pino({ level: 'silent' }),
      ...options,
    });

  describe('is refused at the start, in a line that says what to do', () => {
    const refusal = async (url: string, options: Partial<PostgresEngineOptions> = {}): Promise<string> => {
      const error: unknown = await open(url, options).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(TableError);
      const { message } = error as TableError;
      expect(message).not.toContain('\n');
      expect(message).not.toContain(PASSWORD);
      return message;
    };

    it('where nobody answers', async () => {
      const at = (place: string): Promise<string> => refusal(`postgresql://user:${PASSWORD}@${place}/tams`);
      const advice = /check the host and the port of DATABASE_URL/;
      const refused = await at('127.0.0.1:1');
      expect(refused).toMatch(/ECONNREFUSED/);
      expect(refused).toMatch(advice);
      // A name with two addresses has two reasons.
      expect(await at('localhost:1')).toMatch(/ECONNREFUSED.*check the host/);
      expect(await at('nowhere.invalid:5432')).toMatch(/nowhere\.invalid.*check the host/);
      expect(await at(`${encodeURIComponent('/nowhere')}:5432`)).toMatch(/ENOENT.*check the host/);
    });

    it('where there is no such database, or user', async () => {
      const { port } = server;
      expect(await refusal(`postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/nowhere`)).toMatch(
        /PostgreSQL refuses DATABASE_URL: .*"nowhere".*create it/,
      );
      expect(await refusal(`postgresql://nobody:${PASSWORD}@127.0.0.1:${port}/postgres`)).toMatch(
        /"nobody".*correct the user in DATABASE_URL/,
      );
    });

    it('where rights are missing', async () => {
      const url = new URL(await server.database());
      await server.run('CREATE ROLE guest LOGIN');
      Object.assign(url, { username: 'guest', password: PASSWORD });
      expect(await refusal(url.href)).toMatch(/permission denied.*grant/);
    });

    it.each(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])('where %s on a table of ours is missing', async (right) => {
      const url = await server.database();
      const engine = await open(url);
      await engine.createTable({ name: 'notes', columns: [{ name: 'id', type: 'string', required: true }] });
      await engine.close();
      const role = `clerk_${right.toLowerCase()}`;
      await server.run(`CREATE ROLE ${role} LOGIN`);
      const guest = Object.assign(new URL(url), { username: role, password: PASSWORD }).href;
      // All is missing at first.
      const [, grant = ''] = /say (GRANT USAGE .*)\.$/.exec(await refusal(guest)) ?? [];
      expect(grant).toContain(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tams TO ${role}`);
      await server.run(grant, url);
      await (await open(guest)).close();
      await server.run(`REVOKE ${right} ON tams.notes FROM ${role}`, url);
      expect(await refusal(guest)).toMatch(
        new RegExp(`user ${role} lacks rights on the table tams.notes: .*say GRANT S`),
      );
    });

    it('but not where there is an empty schema of its own, without the right to make others', async () => {
      const url = new URL(await server.database());
      await server.run(`CREATE ROLE tenant LOGIN PASSWORD '${PASSWORD}'`);
      await server.run('CREATE SCHEMA tams AUTHORIZATION tenant', url.href);
      Object.assign(url, { username: 'tenant', password: PASSWORD });
      const engine = await open(url.href);
      await engine.close();
    });

    it('but not where the schema has tables of somebody else, which the user may not use', async () => {
      const url = await server.database();
      await server.run('CREATE ROLE keeper; CREATE ROLE lodger LOGIN', url);
      await server.run(`CREATE TABLE inventory (id integer); ALTER TABLE inventory OWNER TO keeper`, url);
      await server.run('GRANT CREATE ON SCHEMA public TO lodger', url);
      const lodger = Object.assign(new URL(url), { username: 'lodger', password: PASSWORD }).href;
      for (let start = 1; start <= 2; start += 1) await (await open(lodger, { schema: 'public' })).close();
    });

    it('where only a standby is there', async () => {
      const standby = await startPostgres(OVER_TCP, { 'standby.signal': '' });
      try {
        const url = `postgresql://postgres:${PASSWORD}@127.0.0.1:${standby.port}/postgres`;
        expect(await refusal(url)).toMatch(/DATABASE_URL leads to a standby.*name the primary/);
      } finally {
        await standby.dispose();
      }
    });

    it('where the server is too old', async () => {
      // None that old can be had: its answers.
      const old = async (): Promise<(string | null)[][]> => [['130011', 'UTF8', 'f', 'off']];
      await expect(checkServer(old, 'tams')).rejects.toThrow(
        'PostgreSQL 13 is too old: 15 is the oldest that can keep the tables.',
      );
    });

    it('where the database takes no writes, or not every text', async () => {
      const url = await server.database();
      const name = new URL(url).pathname.slice(1);
      await server.run(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      expect(await refusal(url)).toMatch(/read only/);
      await server.run(`CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'`);
      expect(await refusal(url.replace(name, 'ascii'))).toMatch(/SQL_ASCII.*UTF8/);
    });
  });

  describe('behind a network that is cut', () => {
    let proxy: TcpProxy;
    let engine: TableEngine;
    beforeEach(async () => {
      proxy = await startTcpProxy(server.port);
      engine = await open(overTcp(await server.database(), proxy.port).href);
      await engine.createTable({ name: 'notes', columns: [{ name: 'id', type: 'string', required: true }] });
    });
    afterEach(async () => {
      await engine.close();
      await proxy.close();
    });

    const ids = async (): Promise<unknown[]> => {
      const { rows } = await engine.reader().select({ table: 'notes', columns: ['id'] });
      return rows.flat().sort();
    };

    it('reads and writes on, over new connections', async () => {
      for (const id of ['a', 'b', 'c']) {
        await engine.transaction((tx) => tx.insert('notes', ['id'], [[id]]));
        proxy.cut();
        expect(await ids()).toContain(id);
        proxy.cut();
      }
      expect(await ids()).toEqual(['a', 'b', 'c']);
    });

    it('runs work anew whose connection died before its commit', async () => {
      let runs = 0;
      await engine.transaction(async (tx) => {
        runs += 1;
        await tx.insert('notes', ['id'], [['once']]);
        if (runs === 1) proxy.cut();
        await tx.count('notes');
      });
      expect(runs).toBe(2);
      expect(await ids()).toEqual(['once']);
    });

    it.each([
      ['that the server never saw', 'drop', 2, []],
      ['whose answer is lost', 'forward-and-drop', 1, []],
      ['with locks that the server never saw', 'drop', 2, ['flow:1']],
      ['with locks whose answer is lost', 'forward-and-drop', 1, ['flow:1', 'flow:2']],
    ] as const)('finds out what became of a commit %s', async (_name, fault, expectedRuns, locks) => {
      let isArmed = true;
      proxy.onRequest = (data) => {
        if (!isArmed || !data.includes('COMMIT')) return 'forward';
        isArmed = false;
        return fault;
      };
      let runs = 0;
      await engine.transaction(async (tx) => {
        runs += 1;
        if (locks.length > 0) await tx.lock(locks);
        await tx.insert('notes', ['id'], [['once']]);
      });
      expect(isArmed).toBe(false);
      expect(runs).toBe(expectedRuns);
      expect(await ids()).toEqual(['once']);
    });
  });

  it('cannot tell the outcome of a lost commit whose number has gone to another transaction after a crash', async () => {
    const url = await server.database();
    const onReadOnly = (): void => undefined;
    const connections = new Connections({ name: 'test', url, poolSize: 2, statementTimeoutMs: 0, onReadOnly });
    const ask = async (text: string): Promise<(string | null)[][]> =>
      (await connections.run({ text, values: [] })).rows;
    const number = async (): Promise<bigint> => BigInt((await ask('SELECT pg_current_xact_id()::text'))[0]?.[0] ?? 0);
    try {
      const expression = await serverExpression(ask);
      const note = `SELECT pg_current_xact_id()::text, pg_backend_pid()::text, ${expression}, ${LAST_CRASH}`;
      const noted = async (): Promise<TransactionIdentity> => {
        const [id = '', backend = '', server_ = '', lastCrash = ''] = (await ask(note))[0]?.map(String) ?? [];
        return { id, backend, server: server_, lastCrash };
      };
      /** A transaction that a crash takes away, and the first number after it. */
      const crash = async (): Promise<{ lost: TransactionIdentity; next: bigint }> => {
        const identity = await noted();
        expect(await wasCommitted(connections, identity, expression)).toBe(true);
        const session = await connections.session();
        await session.runText('BEGIN');
        const { rows } = await session.runText('SELECT pg_current_xact_id()::text');
        const [[victim] = []] = await ask('SELECT pg_backend_pid()');
        process.kill(Number(victim), 'SIGKILL');
        session.spoil(new Error('The server crashed.'));
        session.release();
        let after = identity;
        const crashedAt = async () => (after = await noted().catch(() => identity)).lastCrash;
        await expect.poll(crashedAt).not.toBe(identity.lastCrash);
        return { lost: { ...identity, id: String(rows[0]?.[0]) }, next: BigInt(after.id) };
      };

      // Numbers are in memory alone when it crashes, unless the server has just logged which transactions run, as it does now and then.
      let crashed = await crash();
      while (crashed.next > BigInt(crashed.lost.id)) crashed = await crash();
      const { lost } = crashed;
      while ((await number()) < BigInt(lost.id)) await server.run('SELECT 1');
      expect(await ask(`SELECT pg_xact_status('${lost.id}'::xid8)`)).toEqual([['committed']]);
      await expect(wasCommitted(connections, lost, expression)).rejects.toMatchObject({ kind: 'outcome_unknown' });
    } finally {
      await connections.close();
    }
  });

  it('says so while it is down or read only, and serves again without a restart', async () => {
    const engine = await open(await server.database());
    try {
      await engine.createTable({ name: 'notes', columns: [{ name: 'id', type: 'string', required: true }] });
      const write = (id: string): Promise<void> => engine.transaction((tx) => tx.insert('notes', ['id'], [[id]]));
      await write('before');

      await server.kill();
      await expect(write('down')).rejects.toMatchObject({
        kind: 'unavailable',
        retryAfterMs: expect.any(Number) as number,
      });
      await expect(engine.health()).rejects.toMatchObject({ kind: 'unavailable' });
      await server.start();
      await expect
        .poll(() =>
          write('after').then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);

      await server.run('ALTER SYSTEM SET default_transaction_read_only = on');
      await server.run('SELECT pg_reload_conf()');
      await expect
        .poll(() =>
          write('read only').then(
            () => 'written',
            (error: unknown) => (error as TableError).kind,
          ),
        )
        .toBe('unavailable');
      expect(await engine.reader().count('notes')).toBeGreaterThan(0);
      await server.run('ALTER SYSTEM RESET default_transaction_read_only');
      await server.run('SELECT pg_reload_conf()');
      await expect
        .poll(() =>
          write('again').then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      await engine.health();
    } finally {
      await engine.close();
    }
  });
});
