import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  ClusterTransport,
  type ClusterTransportOptions,
} from '../../../../../../src/vastdb/engines/vast/transport/cluster-transport.ts';
import type { VastError } from '../../../../../../src/vastdb/engines/vast/transport/vast-error.ts';
import type { VastRequest } from '../../../../../../src/vastdb/engines/vast/transport/vast-request.ts';
import { TableError } from '../../../../../../src/vastdb/table-error.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

export const secretKey = 'never-to-be-seen-0123456789';
export const read: VastRequest = {
  method: 'GET',
  path: ['bucket', 'schema', 'table'],
  query: { data: null },
  transactionId: '7',
  body: Buffer.from('relation'),
  kind: 'read',
};
export const write: VastRequest = {
  ...read,
  method: 'POST',
  query: { rows: null },
  body: Buffer.from('rows'),
  kind: 'write',
};
export const begin: VastRequest = {
  method: 'POST',
  path: [],
  query: { transaction: null },
  transactionId: '0',
  kind: 'write',
  repeatable: true,
};

/** Two scripted servers and the transport to them, anew for each test of the file. */
export const servers: ScriptedServer[] = [];
export let transport: ClusterTransport;

/** To be called by each file that uses them: modules are shared by the files of a run. */
export function useScriptedServers(): void {
  beforeEach(async () => {
    servers.push(await startScriptedServer(), await startScriptedServer());
    open();
  });
  afterEach(async () => {
    transport.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
}

/** Another transport instead. Its deadlines are far from what a busy machine needs; a test that waits for one sets it. */
export function open(options: Partial<ClusterTransportOptions> = {}): ClusterTransport {
  (transport as ClusterTransport | undefined)?.close();
  transport = new ClusterTransport({
    endpoints: servers.map(({ url }) => url),
    accessKey: 'access',
    secretKey,
    ...options,
    limits: { connectMs: 10_000, silenceMs: 10_000, wholeMs: 30_000, budgetMs: 30_000, ...options.limits },
  });
  return transport;
}

export async function failureOf(work: Promise<unknown>): Promise<VastError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TableError);
  return error as VastError;
}

/** How many requests have arrived. */
export const requests = (): number => servers.reduce((sum, { received }) => sum + received.length, 0);

export const first = (): ScriptedServer => at(0);
export const second = (): ScriptedServer => at(1);

function at(index: number): ScriptedServer {
  const server = servers[index];
  if (server === undefined) throw new Error('no such server');
  return server;
}

/** A port that nobody listens on. */
export async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
