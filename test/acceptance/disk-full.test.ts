import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ErrorBody, TamsClient } from '../support/tams-client.ts';
import { consecutive, dataFlow, flowWithObjects } from './support/flows.ts';
import { type RunningServer, ServerFolder } from './support/server-folder.ts';

/**
 * A disk with no space left, without a disk of its own: the system refuses to let the server's files grow beyond
 * this many KiB (EFBIG). The tables' files reach it after a number of writes, the media's with one large upload.
 */
const FILE_LIMIT_KIB = 1600;
const TOO_MUCH = new Uint8Array(FILE_LIMIT_KIB * 1024 * 2);
/** Far more writes than the limit has room for. */
const MAX_WRITES = 2000;

const canLift = has('prlimit', ['--version']);

describe('a server with no space left to write to', () => {
  it('answers uploads with 503 and the reason, keeps nothing of them, and goes on reading', async () => {
    const { client } = await startLimited();
    const flow = dataFlow();
    const objects = await flowWithObjects(client, flow, 2);
    const [small, large] = objects;
    if (small === undefined || large === undefined) throw new Error('Too few objects were allocated.');
    await client.postSegments(flow.id, consecutive(objects, 0));
    const content = new Uint8Array(randomBytes(10_000));
    expect(await client.upload(small, content)).toBe(200);

    const refusal = await fetch(large.put_url.url, {
      method: 'PUT',
      headers: { 'content-type': large.put_url['content-type'] ?? '' },
      body: TOO_MUCH,
    });
    expect(refusal.status).toBe(503);
    const { type, summary } = (await refusal.json()) as ErrorBody;
    expect(['storage_full', 'media_store_unavailable']).toContain(type);
    expect(summary).not.toBe('');

    const [first, second] = await client.listSegments(flow.id);
    if (first === undefined || second === undefined) throw new Error('The segments are gone.');
    expect((await client.downloadSegment(second)).status).toBe(404);
    expect(Buffer.compare((await client.downloadSegment(first)).body, content)).toBe(0);
    expect(await client.upload(large, content)).toBe(200);
  });

  it('can be asked more on the connection of an upload that it refused', async () => {
    const { client } = await startLimited();
    const flow = dataFlow();
    const [object] = await flowWithObjects(client, flow, 1);
    if (object === undefined) throw new Error('No object was allocated.');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const headers = { 'content-type': object.put_url['content-type'] ?? '' };
    expect(await statusOf(object.put_url.url, { agent, method: 'PUT', headers }, TOO_MUCH)).toBe(503);
    expect(await statusOf(`${client.baseUrl}/flows/${flow.id}`, { agent })).toBe(200);
  });

  it('answers writes to the tables with 503 and the reason, keeps all acknowledged ones, and goes on reading', async () => {
    const { client } = await startLimited();
    const { acknowledged, refusal } = await fillTables(client);
    expect(refusal.status).toBe(503);
    expect(['storage_full', 'tables_unavailable']).toContain(refusal.body.type);
    expect(refusal.body.summary).not.toBe('');
    await verifyFlows(client, acknowledged);
  });

  it.skipIf(!canLift)('takes writes again, without a restart, when there is space again', async () => {
    const { client, server } = await startLimited();
    const { acknowledged, refusal } = await fillTables(client);
    expect(refusal.status).toBe(503);
    execFileSync('prlimit', ['--pid', String(server.pid), '--fsize=unlimited']);
    const flow = dataFlow();
    expect((await client.putFlow(flow)).status).toBe(201);
    await verifyFlows(client, [...acknowledged, flow.id]);
  });

  it('has every acknowledged write after a restart with space', async () => {
    const folder = await ServerFolder.make();
    const { client, server } = await startLimited(folder);
    const { acknowledged } = await fillTables(client);
    await server.kill();
    const again = await folder.start();
    await verifyFlows(again.client, acknowledged);
    expect((await again.client.putFlow(dataFlow())).status).toBe(201);
  });
});

async function startLimited(folder?: ServerFolder): Promise<RunningServer> {
  return (folder ?? (await ServerFolder.make())).start({ before: `ulimit -S -f ${FILE_LIMIT_KIB}` });
}

/** Creates flows until the server refuses one. */
async function fillTables(
  client: TamsClient,
): Promise<{ acknowledged: string[]; refusal: { status: number; body: ErrorBody } }> {
  const acknowledged: string[] = [];
  for (let write = 0; write < MAX_WRITES; write += 1) {
    const flow = { ...dataFlow(), description: 'x'.repeat(2000) };
    const { status, body } = await client.request<ErrorBody>('PUT', `/flows/${flow.id}`, flow);
    if (status !== 201) return { acknowledged, refusal: { status, body } };
    acknowledged.push(flow.id);
  }
  throw new Error(`All of ${MAX_WRITES} writes were taken: the limit has no effect.`);
}

async function verifyFlows(client: TamsClient, flowIds: readonly string[]): Promise<void> {
  expect(flowIds).not.toHaveLength(0);
  for (const flowId of flowIds) expect((await client.getFlow(flowId)).status, flowId).toBe(200);
  const listed = await client.request<{ id: string }[]>('GET', '/flows?limit=1000');
  expect(listed.body.map(({ id }) => id).toSorted()).toEqual(flowIds.toSorted());
}

/** The status of a request on a connection of the caller's choice. */
async function statusOf(url: string, options: RequestOptions, body?: Uint8Array): Promise<number | undefined> {
  const sent = request(url, options).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

function has(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
