import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface ServerProcess {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly pid: number;
  /** The ids of this process and of those that it started. */
  processes(): Promise<number[]>;
  /** Resident memory, in bytes. */
  residentBytes(): Promise<number>;
  /** Seconds that its threads, and those of processes that it started, were on a core; NaN where the system does not tell. */
  cpuSeconds(): Promise<number>;
  /** Asks the server to stop, and waits until it has. */
  close(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** The arguments that `npm start` gives to Node.js: what is measured is what is started. */
const START_ARGUMENTS = ((): string[] => {
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return manifest.scripts.start.split(' ').slice(1);
})();
const START_TIMEOUT_MS = 30_000;

/** The real server in a process of its own, configured as an operator would: by environment variables. */
export async function startServer(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, START_ARGUMENTS, {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn', ...env },
    // Its log goes where errors go: the standard output is the report's.
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  const ended = once(child, 'exit');
  let closing = false;
  child.on('exit', (code, signal) => {
    if (!closing) process.stderr.write(`the server ended on its own: ${signal ?? `exit code ${code ?? 'unknown'}`}\n`);
  });
  const killServer = (): void => void child.kill('SIGKILL');
  process.once('exit', killServer);
  void ended.then(() => process.off('exit', killServer));
  const baseUrl = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([untilAnswering(baseUrl), ended.then(() => fail('ended at its start; its errors are above'))]);
  } catch (error) {
    closing = true;
    child.kill('SIGKILL');
    throw error;
  }
  const pid = child.pid ?? fail('has no process id');
  return {
    baseUrl,
    pid,
    processes: () => processesOf(pid),
    residentBytes: () => residentBytes(pid),
    cpuSeconds: () => cpuSecondsOfAll(pid),
    close: async () => {
      closing = true;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

function fail(problem: string): never {
  throw new Error(`the server ${problem}`);
}

async function untilAnswering(baseUrl: string): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const { ok, status } = await fetch(`${baseUrl}/service`);
      // One that asks for credentials answers as well.
      if (ok || status === 401) return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    if (performance.now() > giveUpAt) fail(`gave no good answer within ${START_TIMEOUT_MS / 1000} s`);
    await pause(20);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Small images have no `ps`, and only Linux has `/proc`. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}

async function processesOf(pid: number): Promise<number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((id) => id !== '');
  return [pid, ...children.map(Number)];
}

async function cpuSecondsOfAll(pid: number): Promise<number> {
  if (process.platform !== 'linux') return NaN;
  const seconds = await Promise.all((await processesOf(pid)).map((each) => cpuSeconds(each)));
  return seconds.reduce((sum, each) => sum + each, 0);
}

/** `/proc/PID/stat` counts in hundredths of a second. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the process may have spaces, and stands in brackets.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
