import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const projectFolder = fileURLToPath(new URL('../../../..', import.meta.url));

export interface MgmtRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `mgmt` as an operator does; of this process's environment nothing but the path reaches it. */
export function startMgmt(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['mgmt/main.js', ...args], {
    cwd: projectFolder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `mgmt` to its end, whatever that is. */
export async function runMgmt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<MgmtRun> {
  const child = startMgmt(args, env);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The output of mgmt is not to be had.');
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return { code: await code, stdout: out, stderr: err };
}
