import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

const START_MS = 120_000;

/**
 * Runs shell commands that go on until the test has finished, and waits until their output has what is expected of it.
 *
 * @param env besides PATH and HOME; nothing else of this process's own environment reaches them.
 */
export async function startShell(
  commands: string,
  env: Readonly<Record<string, string>>,
  expected: RegExp,
): Promise<RegExpExecArray> {
  const { PATH, HOME } = process.env;
  // A process group of its own: what the shell starts ends with it.
  const child = spawn('bash', ['-c', commands], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await closed;
  });
  const found = Promise.withResolvers<RegExpExecArray>();
  let output = '';
  const read = (text: string): void => {
    output += text;
    const match = expected.exec(output);
    if (match !== null) found.resolve(match);
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  const failed = (how: string) => (): void => found.reject(new Error(`The commands ${how}: ${output}`));
  child.once('close', failed('ended'));
  const timer = setTimeout(failed('said something else'), START_MS);
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
  }
}
