import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Keeps the main threads of processes on one core, so that they take turns. On two cores the kernel puts a server and its clients
 * now on one and now on both; there each request may wake the other side, and costs half as much again. Throws where there is
 * no `taskset`.
 */
export async function keepOnOneCore(...pids: readonly number[]): Promise<void> {
  const [core = 0] = await allowedCores();
  await keepOn(core, pids);
}

/** Keeps the main threads of a server's processes on one core, and that of its load on another, where there are two. */
export async function keepApart(ofServer: readonly number[], load: number): Promise<void> {
  const [first = 0, second = first] = await allowedCores();
  await Promise.all([keepOn(first, ofServer), keepOn(second, [load])]);
}

async function keepOn(core: number, pids: readonly number[]): Promise<void> {
  await Promise.all(pids.map((pid) => promisify(execFile)('taskset', ['-p', '-c', String(core), String(pid)])));
}

/** The kernel lists them as `0-3,6`. */
async function allowedCores(): Promise<number[]> {
  const status = await readFile('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}
