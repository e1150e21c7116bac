import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
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

/** Why tests of it are skipped; undefined where it can be used. */
export const PGBOUNCER_MISSING = ((): string | undefined => {
  const { stdout, error } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'PgBouncer is not installed';
  const [, major, minor] = (/PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major === undefined || minor === undefined) return `PgBouncer says: ${stdout}`;
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld
    ? `PgBouncer ${major}.${minor} is older than ${OLDEST.join('.')}; PGBOUNCER may name another`
    : undefined;
})();

export interface PgBouncer {
  readonly port: number;
  close(): Promise<void>;
}

/** PgBouncer in transaction mode, as docs/postgres.md says it has to be set, in front of a server of the tests. */
export async function startPgBouncer(serverPort: number): Promise<PgBouncer> {
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
    // As many as one engine of the tests opens: a transaction may wait for a table to be looked up over another connection.
    'pool_mode = transaction\ndefault_pool_size = 16\nmax_client_conn = 200',
    'max_prepared_statements = 100\nignore_startup_parameters = statement_timeout',
  ];
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o644 });
  const child = spawn(PROGRAM, ['--quiet', file], { stdio: 'ignore', ...user });
  const ended = once(child, 'exit');
  await vi.waitFor(() => answers(port), { timeout: 10_000, interval: 20 });
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
