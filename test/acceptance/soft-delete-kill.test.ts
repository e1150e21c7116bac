import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { AllocatedObject, Answer, TamsClient } from '../support/tams-client.ts';
import { dataFlow, flowWithObjects, secondAt } from './support/flows.ts';
import { contentOf } from './support/ledger.ts';
import { type RunningServer, ServerFolder } from './support/server-folder.ts';

/** A killed deletion goes on when the lease of the dead process has expired, which is what takes long here. */
const ROUNDS = 2;
const SEGMENTS = 4_000;
const OBJECTS = 4;
/** The lease of a dead process, twice, and a busy machine. */
const WAIT_MAX_MS = 60_000;
/** Nothing of it is waited for: every object that is unused for a moment is lost. */
const ENV = { SOFT_DELETE: 'true', DELETE_SYNC_MAX: '0', RECLAIM_GRACE_S: '0' };

interface Restored {
  readonly remaining: boolean;
}

/** How many segments are where. Each of them is in one place, whatever was killed. */
async function places(client: TamsClient, flowId: string): Promise<{ live: number; trash: number; all: number }> {
  const live = (await client.listSegments(flowId)).map(({ timerange }) => timerange);
  const trash: string[] = [];
  let next: string | undefined = `/internal/deleted/segments?limit=1000&flow_id=${flowId}`;
  while (next !== undefined) {
    const page: Answer<{ timerange: string }[]> = await client.request('GET', next);
    trash.push(...page.body.map(({ timerange }) => timerange));
    next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
  }
  return { live: live.length, trash: trash.length, all: new Set([...live, ...trash]).size };
}

async function finishDeletion(client: TamsClient): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    const { body } = await client.request<{ status: string }[]>('GET', '/flow-delete-requests');
    return body.every(({ status }) => status === 'done');
  };
  await expect.poll(isDone, { interval: 20, timeout: WAIT_MAX_MS }).toBe(true);
}

/** Sends a request whose server is killed as soon as its work is seen to have begun. */
async function killDuring(
  { server, client }: RunningServer,
  method: string,
  path: string,
  begun: () => Promise<boolean>,
): Promise<void> {
  const sent = client.request(method, path).catch(() => undefined);
  await expect.poll(begun, { interval: 1, timeout: WAIT_MAX_MS }).toBe(true);
  await server.kill();
  await sent;
}

async function objectsAreThere(client: TamsClient, flowId: string, objects: readonly AllocatedObject[]): Promise<void> {
  const segments = await client.listSegments(flowId);
  for (const { object_id } of objects) {
    const segment = segments.find((one) => one.object_id === object_id);
    if (segment === undefined) throw new Error(`no segment uses object ${object_id}`);
    const { status, body } = await client.downloadSegment(segment);
    expect([status, Buffer.compare(body, contentOf(object_id))]).toEqual([200, 0]);
  }
}

it(
  'a server that is killed while it deletes and restores loses no segment and no object, and has none twice',
  async () => {
    const folder = await ServerFolder.make();
    let running = await folder.start({ env: ENV });
    const flow = dataFlow();
    const path = `/flows/${flow.id}`;
    const objects = await flowWithObjects(running.client, flow, OBJECTS);
    for (const object of objects) expect(await running.client.upload(object, contentOf(object.object_id))).toBe(200);
    for (let start = 0; start < SEGMENTS; start += 1000) {
      const object = objects[start / 1000] ?? objects[0];
      const segments = Array.from({ length: 1000 }, (_, n) => ({
        object_id: object?.object_id ?? '',
        timerange: secondAt(start + n),
      }));
      expect((await running.client.postSegments(flow.id, segments)).status).toBe(201);
    }

    const interrupted = { deletions: 0, restores: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const hasSegments = async (): Promise<boolean> => {
        const { body } = await running.client.request<unknown[]>('GET', `${path}/segments?limit=1`);
        return body.length > 0;
      };
      const isThere = async (): Promise<boolean> => (await running.client.getFlow(flow.id)).status === 200;
      await killDuring(running, 'DELETE', path, async () => !(await isThere()));
      running = await folder.start({ env: ENV });
      if ((await places(running.client, flow.id)).trash < SEGMENTS) interrupted.deletions += 1;
      await finishDeletion(running.client);
      expect(await places(running.client, flow.id)).toEqual({ live: 0, trash: SEGMENTS, all: SEGMENTS });

      await killDuring(running, 'POST', `/internal${path}/restore`, hasSegments);
      running = await folder.start({ env: ENV });
      const { live, trash, all } = await places(running.client, flow.id);
      expect([live + trash, all]).toEqual([SEGMENTS, SEGMENTS]);
      if (trash > 0) interrupted.restores += 1;
      let remaining = true;
      while (remaining) {
        const { status, body } = await running.client.request<Restored>('POST', `/internal${path}/restore`);
        // Nothing is left to do where the kill came after the end.
        expect([200, 404]).toContain(status);
        remaining = status === 200 && body.remaining;
      }
      expect(await places(running.client, flow.id)).toEqual({ live: SEGMENTS, trash: 0, all: SEGMENTS });
      // Longer than the reclaim takes to look at what is due.
      await sleep(2_500);
      await objectsAreThere(running.client, flow.id, objects);
    }
    expect(interrupted.deletions + interrupted.restores, 'without any this test shows nothing').toBeGreaterThan(0);
    console.info(`soft delete: killed within ${interrupted.deletions} deletions and ${interrupted.restores} restores`);
  },
  ROUNDS * 2 * WAIT_MAX_MS,
);
