import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const WAIT = { interval: 20 };

/** A primary with two processes that tell their ids to those who connect. */
async function start(
  startMs = 300_000,
  holding: string[] = [],
): Promise<{ primary: ChildProcess; port: number; failing: string; output: () => string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-primary-'));
  const failing = join(folder, 'failing');
  const primary = spawn(process.execPath, [
    fileURLToPath(new URL('primary-process.ts', import.meta.url)),
    failing,
    String(startMs),
    ...holding,
  ]);
  onTestFinished(async () => {
    primary.kill('SIGTERM');
    await rm(folder, { recursive: true });
  });
  let output = '';
  primary.stdout.on('data', (text: Buffer) => (output += text.toString()));
  await expect.poll(() => output, WAIT).toMatch(holding.length > 0 ? /held/ : /"at \d+"/);
  return { primary, port: Number(/"at (\d+)"/.exec(output)?.[1]), failing, output: () => output };
}

/** The process that answers a connection, or the code of the failure. */
function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code ?? 'failed');
    });
    socket.on('close', () => {
      resolve(text);
    });
  });
}

/** Ids of the two processes. */
async function both(port: number, without = 0): Promise<number[]> {
  const seen = new Set<number>();
  await expect
    .poll(async () => {
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => ask(port)))) seen.add(Number(answer));
      return seen.size - Number(seen.has(without));
    }, WAIT)
    .toBe(2);
  seen.delete(without);
  return [...seen];
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the processes of a server', () => {
  it('end with the primary, also when it is killed, and leave the port', async () => {
    const { primary, port } = await start();
    const pids = await both(port);
    primary.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), WAIT).toEqual([]);
    expect(await ask(port)).toBe('ECONNREFUSED');
  });

  it('are killed and replaced when they hang', async () => {
    const { port, output } = await start();
    const [hung = 0] = await both(port);
    process.kill(hung, 'SIGSTOP');
    await expect.poll(() => isAlive(hung), WAIT).toBe(false);
    expect(output()).toContain('a worker process hangs');
    await expect.poll(output, WAIT).toContain('a worker process was replaced');
    expect(await both(port, hung)).not.toContain(hung);
  });

  it('are killed and tried again when they hang while they start', async () => {
    const { port, failing, output } = await start(5_000);
    const [gone = 0] = await both(port);
    await writeFile(failing, 'hang');
    process.kill(gone, 'SIGKILL');
    await expect.poll(output, WAIT).toContain('a worker process hangs while it starts; it is killed');
    await rm(failing);
    await expect.poll(output, WAIT).toContain('a worker process was replaced');
    expect(await both(port, gone)).not.toContain(gone);
  });

  it('are no longer replaced when none can start, and their code is that of the server', async () => {
    const { primary, port, failing, output } = await start();
    const pids = await both(port);
    const ended = once(primary, 'exit');
    await writeFile(failing, '');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    expect(await ended).toEqual([7, null]);
    expect(output()).toContain('a worker process could not be started; it is tried again');
  });

  // The system reports that a program is missing, or that there are too many processes; for want of memory it throws.
  it.each(['/nowhere', ''])('are tried again when no process can be made, of %j', async (program) => {
    const { primary, port, failing, output } = await start();
    const [gone = 0] = await both(port);
    await writeFile(failing, `node at ${program}`);
    primary.kill('SIGUSR2');
    process.kill(gone, 'SIGKILL');
    await expect.poll(output, WAIT).toContain('a worker process could not be started; it is tried again');
    await rm(failing);
    primary.kill('SIGUSR2');
    await expect.poll(output, WAIT).toContain('a worker process was replaced');
    expect(await both(port, gone)).not.toContain(gone);
  });

  it('stay as many when one ends while its successor starts', async () => {
    const { primary, port, failing, output } = await start();
    await both(port);
    const pids = (number: number): number[] =>
      [...output().matchAll(new RegExp(`process ${number} is (\\d+)`, 'g'))].map(([, pid]) => Number(pid));
    await writeFile(failing, 'wait');
    primary.kill('SIGHUP');
    await expect.poll(() => pids(1), WAIT).toHaveLength(2);
    process.kill(pids(1)[0] ?? 0, 'SIGKILL');
    await expect.poll(output, WAIT).toContain('a worker process ended with SIGKILL');
    await rm(failing);
    await expect.poll(output, WAIT).toContain('every worker process has been replaced');
    expect([...pids(1), ...pids(2)].filter(isAlive)).toHaveLength(2);
  });

  it('are replaced when one ends while its successor starts, which then cannot', async () => {
    const { primary, port, failing, output } = await start(3_000);
    const [first = 0, second = 0] = await both(port);
    await writeFile(failing, 'hang');
    primary.kill('SIGHUP');
    await expect.poll(() => output().match(/process \d is/g), WAIT).toHaveLength(3);
    for (const pid of [first, second]) process.kill(pid, 'SIGKILL');
    await rm(failing);
    await expect.poll(output, WAIT).toContain('a new worker process could not be started; the others stay');
    const served = await both(port);
    expect(served).not.toContain(first);
    expect(served).not.toContain(second);
  });

  it('finish their work when they are told to stop before all have started', async () => {
    const { primary } = await start(undefined, ['holding']);
    const ended = once(primary, 'exit');
    primary.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
