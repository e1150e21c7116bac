import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Where Debian and the vendor's packages put the server; the newest is taken. */
const ROOTS = ['/usr/lib/postgresql', '/usr/pgsql'];
const START_MS = 30_000;

export interface PostgresServer {
  /** Of a database that is empty, and this caller's alone. */
  database(): Promise<string>;
  readonly port: number;
  /** Runs statements as the superuser, in the database of that URL. */
  run(sql: string, database?: string): Promise<unknown[][]>;
  /** Ends the server's processes as `kill -9` does, without a word to its clients. */
  kill(): Promise<void>;
  /** Starts it again, on the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** The folder with `initdb` and `postgres`; undefined where PostgreSQL is not installed. */
export function postgresBinaries(): string | undefined {
  for (const root of ROOTS) {
    if (!existsSync(root)) continue;
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    const found = versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
    if (found !== undefined) return found;
  }
  const { stdout, status } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const bin = status === 0 ? stdout.trim() : '';
  return existsSync(join(bin, 'initdb')) ? bin : undefined;
}

/** Why the tests that need a server are skipped; undefined where it is installed. */
export const POSTGRES_MISSING =
  postgresBinaries() === undefined ? 'PostgreSQL is not installed (Debian: apt-get install postgresql)' : undefined;

/**
 * Starts a server on data of its own, in a temporary folder.
 *
 * @param settings as in postgresql.conf. Commits are not synced to the disk unless they say so: a killed process loses
 * nothing by that.
 * @param files of its data folder, by name: what is in `pg_hba.conf`, or what the settings name.
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const bin = postgresBinaries();
  if (bin === undefined) throw new Error(POSTGRES_MISSING);
  const folder = await mkdtemp(join(tmpdir(), 'tams-postgres-'));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    {
      encoding: 'utf8',
      ...user,
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  for (const [name, text] of Object.entries(files)) {
    const file = join(data, name);
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    if (user !== undefined) chownSync(file, user.uid, user.gid);
  }
  const port = await freePort();
  const options = { fsync: 'off', max_connections: '300', ...settings };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | undefined;
  const url = (database: string): string => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  let databases = 0;

  const start = async (): Promise<void> => {
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', ...flags], {
      stdio: 'ignore',
      ...user,
    });
    const deadline = Date.now() + START_MS;
    for (;;) {
      try {
        await query(url('postgres'), 'SELECT 1');
        return;
      } catch (error) {
        if (Date.now() > deadline || server.exitCode !== null) throw error;
        await pause(50);
      }
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  await start();
  return {
    port,
    start,
    database: async () => {
      databases += 1;
      const name = `tams_${process.pid}_${databases}_${crypto.randomUUID().slice(0, 8)}`;
      await query(url('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    run: (sql, database = url('postgres')) => query(database, sql),
    kill: async () => {
      const own = await query(url('postgres'), 'SELECT pid FROM pg_stat_activity');
      await end('SIGKILL');
      // They would end by themselves when they notice, and answer until then.
      for (const [pid] of own) killIfThere(Number(pid));
    },
    dispose: async () => {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root, and so does PgBouncer. */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
