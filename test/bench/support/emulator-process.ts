import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The emulated cluster in a process of its own, as `npm run vast-emulator` starts it, with nothing in it. */
export class EmulatorProcess {
  /** The variables that put a server's tables on it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, env: Readonly<Record<string, string>>) {
    this.#child = child;
    this.env = env;
  }

  /** @param latencyMs that each request to it waits. */
  static async start(latencyMs: number): Promise<EmulatorProcess> {
    const script = fileURLToPath(new URL('../../support/vast-emulator/main.ts', import.meta.url));
    const child = spawn(process.execPath, [script, '--port', '0', '--latency', String(latencyMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const env: Record<string, string> = {};
    // It prints the lines that start a server against it, and the command comes last.
    for await (const line of createInterface(child.stdout)) {
      const [, name, value] = /^([A-Z_]+)=(\S+) \\$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) env[name] = value;
      if (line === 'npm start') return new EmulatorProcess(child, env);
    }
    throw new Error('the emulator ended at its start; its errors are above');
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
