import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts `mgmt` in a process of its own, which has no terminal and nothing of this process's environment. */
export const startMgmt = (args: readonly string[], env: Readonly<Record<string, string>>): Started =>
  start([process.execPath, 'mgmt/main.js', ...args], env);

/** Starts `mgmt` where no file may grow beyond so many KiB: writing to one fails then, as it does on a full disk. */
export const startMgmtWithLimit = (
  kib: number,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Started => start(['bash', '-c', `ulimit -f ${kib}; exec "$0" mgmt/main.js "$@"`, process.execPath, ...args], env);

/** Starts the server, for where it is not to come up. */
export const startServer = (env: Readonly<Record<string, string>>): Started =>
  start([process.execPath, 'src/main.js'], { PORT: '0', ...env });

interface Started {
  readonly child: ChildProcess;
  readonly result: Promise<Result>;
}

function start([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>>): Started {
  const child = spawn(program, args, {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const result = new Promise<Result>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, result };
}

export const runMgmt = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> =>
  startMgmt(args, env).result;

/** The objects of an output of one JSON object a line. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
