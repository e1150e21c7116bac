import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort, unprivileged } from './postgres-server.ts';

/** The program; another one than that of the system where it is named. */
const PROGRAM = process.env['PGBOUNCER'] ?? 'pgbouncer';
/** The first that keeps prepared statements in transaction mode. */
const OLDEST = [1, 21] as const;

/** Why tests of a mode are skipped; undefined where it can be used. */
export function pgbouncerMissing(mode: PoolMode): string | undefined {
  const { stdout, error } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'PgBouncer is not installed';
  if (mode === 'session') return undefined;
  const [, major, minor] = (/PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major === undefined || minor === undefined) return `PgBouncer says: ${stdout}`;
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld
    ? `PgBouncer ${major}.${minor} is older than ${OLDEST.join('.')}; PGBOUNCER may name another`
    : undefined;
}

export type PoolMode = 'transaction' | 'session';

/** What docs/postgres.md says has to be set for a mode. */
export function settingsOfGuide(mode: PoolMode): string {
  const guide = readFileSync('docs/postgres.md', 'utf8');
  const blocks = [...guide.matchAll(/```ini\n(.*?)```/gs)].map(([, block = '']) => block);
  const block = blocks.find((each) => each.includes(`pool_mode = ${mode}\n`));
  if (block === undefined) throw new Error(`docs/postgres.md has no settings of PgBouncer for the mode ${mode}`);
  return block;
}

export interface PgBouncer {
  readonly port: number;
  close(): Promise<void>;
}

/** PgBouncer as docs/postgres.md says it has to be set, in front of a server of the tests. */
export async function startPgBouncer(serverPort: number, mode: PoolMode): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-pgbouncer-'));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    `* = host=127.0.0.1 port=${serverPort} user=postgres`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
    'auth_type = any',
    // More than one engine of the tests opens: a transaction may wait for a table to be looked up over another connection.
    'default_pool_size = 20\nmax_client_conn = 200',
    settingsOfGuide(mode),
  ];
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o644 });
  const child = spawn(PROGRAM, ['--quiet', file], { stdio: 'ignore', ...user });
  const ended = once(child, 'exit');
  await vi.waitFor(() => answers(port), { timeout: 60_000, interval: 20 });
  return {
    port,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}
