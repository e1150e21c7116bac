import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** How long a server may take to listen, and to stop. */
const START_MS = 180_000;
const STOP_MS = 40_000;

export interface ServerExit {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcessOptions {
  readonly dataDir: string;
  /** Configuration of the server; nothing of this process's own environment reaches it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands that run in the server's process before it becomes the server, such as `ulimit -f 100`. */
  readonly before?: string;
}

/** A real server in a process of its own, as `npm start` runs it, on a free port. */
export class ServerProcess {
  /** Resolves when the process has ended and all of its output was read. */
  readonly exited: Promise<ServerExit>;
  readonly #child: ChildProcess;
  readonly #announced = Promise.withResolvers<undefined>();
  #output = '';
  #errors = '';
  #baseUrl = '';

  private constructor({ dataDir, env, before }: ServerProcessOptions) {
    const node = [process.execPath, 'src/main.js'] as const;
    const [command, ...args] = before === undefined ? node : ['bash', '-c', `${before}; exec "$@"`, 'server', ...node];
    this.#child = spawn(command, args, {
      cwd: projectFolder,
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#readLog(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** Starts a process without waiting for it to serve. */
  static spawn(options: ServerProcessOptions): ServerProcess {
    return new ServerProcess(options);
  }

  /** Starts a server and waits until it listens. Throws, with what the server said, if it ends instead. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    await server.#listening();
    return server;
  }

  /** Without a slash at its end. */
  get baseUrl(): string {
    return this.#baseUrl;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The server process could not be started.');
    return this.#child.pid;
  }

  /** The server's standard output so far: its log. */
  get output(): string {
    return this.#output;
  }

  /** The server's standard error so far. */
  get errors(): string {
    return this.#errors;
  }

  /** Sends a signal and returns at once. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the server to stop and waits for its end; a server that does not stop is killed. */
  async stop(): Promise<ServerExit> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Ends the server as a power cut would: nothing of it runs any more when this resolves. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Waits until the server says in its log where it listens: only it knows which port was free. */
  async #listening(): Promise<void> {
    const timeout = sleep(START_MS, `within ${START_MS / 1000} s`, { ref: false });
    const obstacle = await Promise.race([this.#announced.promise, timeout, this.exited]);
    if (obstacle === undefined) return;
    await this.kill();
    const said = `${this.#errors}${this.#output}`.trim();
    if (typeof obstacle === 'string') throw new Error(`The server did not start ${obstacle}: ${said}`);
    throw new Error(`The server ended with ${obstacle.signal ?? `code ${obstacle.code ?? 'unknown'}`}: ${said}`);
  }

  #readLog(text: string): void {
    this.#output += text;
    const url = /TAMS .* at (http:\/\/[^/\s"]+)/.exec(this.#output)?.[1];
    if (this.#baseUrl !== '' || url === undefined) return;
    this.#baseUrl = url;
    this.#announced.resolve(undefined);
  }
}
