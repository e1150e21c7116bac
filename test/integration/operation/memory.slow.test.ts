import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { makeRunDirectory } from '../../bench/support/run-directory.ts';
import { type ServerProcess, startServer } from '../../bench/support/server-process.ts';
import { flowBody } from '../../stress/http/flow-actions.ts';

const MB = 1e6;
const LIMIT_MB = 512;
const LARGE_FLOWS = 100;
const LARGE = 1_000_000;
const READERS = 64;
const PAGES_EACH = 12;
const STALLING = 100;
const STALL_BYTES = 9 * 2 ** 20;
/** Long enough for all to have been sent, and for the first to be cut off. */
const STALL_MS = 6_000;
/** BODY_MEMORY_MIB, as much again in garbage, and the buffers of the connections. */
const STALLED_MB = 160;

interface Watched {
  readonly server: ServerProcess;
  /** The most memory of its process so far, in MB. */
  readonly peakMb: () => number;
}

async function start(): Promise<Watched> {
  const directory = makeRunDirectory('tams-memory-');
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const server = await startServer({ DATA_DIR: directory });
  onTestFinished(() => server.close());
  let peak = 0;
  const timer = setInterval(() => {
    void server.residentBytes().then(
      (bytes) => (peak = Math.max(peak, bytes / MB)),
      () => undefined,
    );
  }, 20);
  onTestFinished(() => clearInterval(timer));
  return { server, peakMb: () => peak };
}

async function putFlow({ baseUrl }: ServerProcess, description: string): Promise<string> {
  const id = randomUUID();
  const flow = { ...flowBody(id, randomUUID(), 'Large'), description };
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${baseUrl}/flows/${id}`, { method: 'PUT', headers, body: JSON.stringify(flow) });
  expect(status).toBe(201);
  return id;
}

it.each([
  ['in ASCII', 'x'.repeat(LARGE)],
  ['of two bytes a character', 'ж'.repeat(LARGE / 2)],
])(
  '64 clients that ask for the largest pages of the largest documents, %s, leave the memory bounded',
  async (_in, text) => {
    const { server, peakMb } = await start();
    for (let n = 0; n < LARGE_FLOWS; n++) await putFlow(server, text);
    const read = async (): Promise<void> => {
      for (let n = 0; n < PAGES_EACH; n++) {
        const response = await fetch(`${server.baseUrl}/flows?limit=1000`);
        expect(response.status).toBe(200);
        await response.body?.pipeTo(new WritableStream());
      }
    };
    const page = (await (await fetch(`${server.baseUrl}/flows`)).json()) as { description: string }[];
    expect(page.map(({ description }) => description === text)).not.toContain(false);
    await Promise.all(Array.from({ length: READERS }, read));
    expect(peakMb()).toBeLessThan(LIMIT_MB);
  },
);

it('100 bodies of 9 MiB that stall take no more than the memory of bodies', async () => {
  const { server, peakMb } = await start();
  const flowId = await putFlow(server, 'small');
  const { hostname, port } = new URL(server.baseUrl);
  const before = (await server.residentBytes()) / MB;
  const head = `POST /flows/${flowId}/segments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  const filler = Buffer.alloc(STALL_BYTES - 1000, ' ');
  for (let n = 0; n < STALLING; n++) {
    const socket = connect({ host: hostname, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).resume();
    socket.write(`${head}content-length: ${STALL_BYTES}\r\n\r\n[`);
    socket.write(filler);
  }
  await pause(STALL_MS);
  expect(peakMb()).toBeLessThan(before + STALLED_MB);
});
