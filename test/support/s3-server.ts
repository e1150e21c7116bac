import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 60_000;

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The folder with a folder for each bucket, in which the objects are files. */
  readonly directory: string;
  /** Kills the server; its objects stay. */
  stop(): Promise<void>;
  /** Starts it again on the same port, over the same objects. */
  start(): Promise<void>;
  /** Kills the server and removes its objects. */
  close(): Promise<void>;
}

/** Where the S3 server for tests is installed, if it is: env VERSITYGW, else on PATH, else in Go's bin folder. */
export function findS3Server(): string | undefined {
  const { VERSITYGW, PATH = '' } = process.env;
  if (VERSITYGW !== undefined) return VERSITYGW;
  const candidates = PATH.split(delimiter).map((folder) => join(folder, 'versitygw'));
  return [...candidates, ...goBinaries()].find(isExecutable);
}

/** A real S3 server on a free local port, over a temporary folder. */
export async function startS3Server(binary: string): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 's3-server-'));
  const address = `127.0.0.1:${await freePort()}`;
  const keys = { accessKeyId: 'test-access', secretAccessKey: 'test-secret' };
  const options = ['--access', keys.accessKeyId, '--secret', keys.secretAccessKey, '--port', address];
  const args = [...options, '--quiet', '--keep-alive', 'posix', directory];
  let child: ChildProcess | undefined;
  const server: S3Server = {
    endpoint: `http://${address}`,
    region: 'us-east-1',
    ...keys,
    directory,
    start: async () => {
      child = spawn(binary, args, { stdio: 'ignore' });
      await answering(server.endpoint, child);
    },
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return;
      const exited = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
      child = undefined;
    },
    close: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The S3 server ended with code ${child.exitCode}.`);
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer !== undefined) return;
    await sleep(20);
  }
  throw new Error('The S3 server does not answer.');
}

function goBinaries(): string[] {
  try {
    const [bin = '', path = ''] = execFileSync('go', ['env', 'GOBIN', 'GOPATH'], { encoding: 'utf8' }).split('\n');
    return [bin, join(path, 'bin')].filter((folder) => folder !== '').map((folder) => join(folder, 'versitygw'));
  } catch {
    // Go is not installed.
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Finds a port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
