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
const START_MS = 120_000;
/** Only part of the name of a socket, which lies in a folder of its own. */
const SOCKET_PORT = 5432;

export interface PostgresServer {
  /** Of a database that is empty, and this caller's alone. */
  database(): Promise<string>;
  /** Of TCP, where the server listens to it, and of the socket. */
  readonly port: number;
  /** Runs statements as the superuser, in the database of that URL. */
  run(sql: string, database?: string): Promise<unknown[][]>;
  /** The same database, on this server. */
  urlOf(database: string): string;
  /** Ends the server's processes as `kill -9` does, without a word to its clients. */
  kill(): Promise<void>;
  /** Starts it again, on the same data. */
  start(): Promise<void>;
  /** Another server with a copy of the data, which follows this one until it is promoted. */
  standby(): Promise<PostgresServer>;
  /** Ends its life as a standby. */
  promote(): void;
  /** Starts a server that was killed as one that takes no writes. */
  demote(): Promise<void>;
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

/** Has a server of the tests listen to TCP too, as proxies, poolers and TLS need it. */
export const OVER_TCP = { listen_addresses: '127.0.0.1' } as const;

/** The URL of a database of the tests, over TCP. */
export function overTcp(database: string, port: number, host = '127.0.0.1'): URL {
  return Object.assign(new URL(database), { hostname: host, port: String(port) });
}

/**
 * Starts a server on data of its own, on a socket in a temporary folder.
 *
 * @param settings as in postgresql.conf. Commits are not synced to the disk unless they say so: a killed process loses
 * nothing by that.
 * @param files of its data folder, by name: what is in `pg_hba.conf`, or what the settings name.
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = await makeFolder();
  const data = join(folder, 'data');
  runTool('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  for (const [name, text] of Object.entries(files)) writeOwn(join(data, name), text);
  return runServer(folder, settings);
}

/** @param folder has its socket, and its data under `data`. */
async function runServer(folder: string, settings: Readonly<Record<string, string>>): Promise<PostgresServer> {
  const data = join(folder, 'data');
  const user = unprivileged();
  const listensToTcp = (settings['listen_addresses'] ?? '') !== '';
  const port = listensToTcp ? await freePort() : SOCKET_PORT;
  const options = { fsync: 'off', max_connections: '300', listen_addresses: '', ...settings };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | undefined;
  const url = (database: string): string => `postgresql://postgres@${encodeURIComponent(folder)}:${port}/${database}`;

  const start = async (): Promise<void> => {
    const arguments_ = ['-D', data, '-p', String(port), '-k', folder, ...flags];
    server = spawn(binary('postgres'), arguments_, { stdio: 'ignore', ...user });
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
    database: () => createDatabase(url('postgres')),
    run: (sql, database = url('postgres')) => query(database, sql),
    urlOf: (database) => url(new URL(database).pathname.slice(1)),
    kill: async () => {
      const own = await query(url('postgres'), 'SELECT pid FROM pg_stat_activity');
      await end('SIGKILL');
      // They would end by themselves when they notice, and answer until then.
      for (const [pid] of own) killIfThere(Number(pid));
    },
    standby: async () => {
      const other = await makeFolder();
      const copy = ['-h', folder, '-p', String(port), '-U', 'postgres', '-D', join(other, 'data')];
      runTool('pg_basebackup', [...copy, '--write-recovery-conf', '--checkpoint=fast']);
      return runServer(other, settings);
    },
    promote: () => {
      runTool('pg_ctl', ['-D', data, '-w', 'promote']);
    },
    demote: async () => {
      writeOwn(join(data, 'standby.signal'), '');
      await start();
    },
    dispose: async () => {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a database that is empty, on the server of another one's URL, and tells its URL. */
export async function createDatabase(other: string): Promise<string> {
  const name = `tams_${crypto.randomUUID().replaceAll('-', '_')}`;
  await query(other, `CREATE DATABASE ${name}`);
  return Object.assign(new URL(other), { pathname: `/${name}` }).href;
}

/** Removes a database, whoever is connected to it, over the URL of another one. */
export async function dropDatabase(database: string, other: string): Promise<void> {
  await query(other, `DROP DATABASE ${new URL(database).pathname.slice(1)} WITH (FORCE)`);
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-postgres-'));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

function writeOwn(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  const user = unprivileged();
  if (user !== undefined) chownSync(file, user.uid, user.gid);
}

function binary(name: string): string {
  const bin = postgresBinaries();
  if (bin === undefined) throw new Error(POSTGRES_MISSING);
  return join(bin, name);
}

function runTool(name: string, arguments_: readonly string[]): void {
  const { status, stderr } = spawnSync(binary(name), arguments_, { encoding: 'utf8', ...unprivileged() });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
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
