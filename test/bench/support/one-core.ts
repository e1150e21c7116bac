import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Keeps the main threads of processes on one core, so that they take turns. On two cores the kernel puts a server and its clients
 * now on one and now on both; there each request may wake the other side, and costs half as much again. Throws where there is
 * no `taskset`.
 */
export async function keepOnOneCore(...pids: readonly number[]): Promise<void> {
  const status = await readFile('/proc/self/status', 'utf8');
  const core = /^Cpus_allowed_list:\s+(\d+)/m.exec(status)?.[1] ?? '0';
  await Promise.all(pids.map((pid) => promisify(execFile)('taskset', ['-p', '-c', core, String(pid)])));
}
