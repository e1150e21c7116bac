import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlowBody, TamsClient } from '../support/tams-client.ts';
import { EmulatedCluster } from './support/emulated-cluster.ts';
import { dataFlow } from './support/flows.ts';
import type { RunningServer } from './support/server-folder.ts';
import { claim, type Claims, noClaims, segmentAt, verifyClaims } from './support/timeline-claims.ts';

/** How long each load lasts; more for a long run by hand. */
const LOAD_MS = Number(process.env.REPLICAS_SECONDS ?? 4) * 1_000;
/** A busy machine takes longer until every flow was contested. */
const LONGER_MS = 120_000;
const TIMEOUT_MS = 3 * LOAD_MS + 240_000;

const REPLICAS = 4;
const WRITERS = 8;
const FLOWS = 20;
const ENDPOINTS = 3;
/** Long enough for requests to meet the endpoint that is gone, and for it to be taken back. */
const GONE_MS = LOAD_MS / 8;
/** Above it, segments are deleted in steps by a worker. */
const DELETE_SYNC_MAX = 100;
/** Longer than the lease of a dead process lasts, and the wait until another one looks. */
const TAKEOVER_MS = 120_000;

let cluster: EmulatedCluster;
let replicas: RunningServer[];
beforeAll(async () => {
  cluster = await EmulatedCluster.start(ENDPOINTS);
  const env = { DELETE_SYNC_MAX: String(DELETE_SYNC_MAX) };
  replicas = await Promise.all(Array.from({ length: REPLICAS }, () => cluster.startReplica(env)));
});
afterAll(() => cluster.remove());

const clientOf = (replica: number): TamsClient => {
  const client = replicas[replica]?.client;
  if (client === undefined) throw new Error(`There is no replica ${replica}.`);
  return client;
};

const below = (limit: number): number => Math.floor(Math.random() * limit);

function chosen<T>(items: readonly T[]): T {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
}

/** Flows that are there, and what is known of their segments. */
async function makeFlows(count: number): Promise<{ flow: FlowBody; claims: Claims }[]> {
  const flows = Array.from({ length: count }, () => ({ flow: dataFlow(), claims: noClaims() }));
  for (const { flow } of flows) expect((await clientOf(0).putFlow(flow)).status).toBe(201);
  return flows;
}

describe('replicas over one cluster', () => {
  it(
    `${WRITERS} writers on each of ${REPLICAS} claim time ranges of the same ${FLOWS} flows: none overlap, none is lost`,
    async () => {
      const flows = await makeFlows(FLOWS);
      const isUncontested = ({ claims }: (typeof flows)[number]): boolean =>
        claims.taken.size === 0 || claims.refused.size === 0;
      const deadline = performance.now() + LOAD_MS;
      let round = 0;
      const write = async (client: TamsClient): Promise<void> => {
        while (
          performance.now() < deadline ||
          (performance.now() < deadline + LONGER_MS && flows.some(isUncontested))
        ) {
          const { flow, claims } = chosen(flows);
          // All writers are busy in the same few seconds of the timeline, which move on as they fill.
          const frontMs = Math.floor(round++ / FLOWS) * 500;
          const segments = Array.from({ length: 1 + below(4) }, (_, index) =>
            segmentAt(frontMs + index * 1_500 + below(1_000), 1 + below(1_500)),
          );
          await claim(client, flow.id, segments, claims);
        }
      };
      await Promise.all(replicas.flatMap(({ client }) => Array.from({ length: WRITERS }, async () => write(client))));
      for (const { flow, claims } of flows) {
        for (const { client } of replicas) await verifyClaims(client, flow.id, claims);
        expect(claims.taken.size, 'nothing was taken').toBeGreaterThan(0);
        expect(claims.refused.size, 'nothing was contested').toBeGreaterThan(0);
      }
      report('claimed by all', flows);
    },
    TIMEOUT_MS,
  );

  it(
    `one of ${ENDPOINTS} endpoints that is killed and revived under load fails no request`,
    async () => {
      const flows = await makeFlows(REPLICAS * 4);
      let done = false;
      const work = async ({ flow, claims }: (typeof flows)[number], index: number): Promise<void> => {
        const client = clientOf(index % REPLICAS);
        for (let count = 0; !done; count += 1) {
          await claim(client, flow.id, [segmentAt(count * 1_000, 1_000)], claims);
          // One replica shows what another one acknowledged.
          const found = await clientOf((index + 1) % REPLICAS).listSegments(flow.id, `[${count}:0_${count + 1}:0)`);
          expect(found).toHaveLength(1);
        }
      };
      const load = reportedLater(Promise.all(flows.map(work)));
      const disturb = async (): Promise<void> => {
        for (let endpoint = 0; endpoint < ENDPOINTS; endpoint += 1) {
          await sleep(GONE_MS);
          await cluster.emulator.faults.kill(endpoint);
          await sleep(GONE_MS);
          await cluster.emulator.faults.revive(endpoint);
        }
      };
      await Promise.race([disturb(), load]);
      done = true;
      await load;
      for (const { flow, claims } of flows) {
        expect(claims.refused.size).toBe(0);
        expect(claims.taken.size).toBeGreaterThan(0);
        await verifyClaims(clientOf(0), flow.id, claims);
      }
      for (const { server } of replicas) expect(server.output).not.toContain('"level":50');
      report('with endpoints that come and go', flows);
    },
    TIMEOUT_MS,
  );

  it(
    'one that is killed leaves nothing undone: the others go on, and finish what it began',
    async () => {
      const flows = await makeFlows(8);
      const [victim] = replicas;
      if (victim === undefined) throw new Error('There is no replica.');
      const doomed = await longFlow(victim.client, 3_000);
      let killed = false;
      let done = false;
      const work = async ({ flow, claims }: (typeof flows)[number], index: number): Promise<void> => {
        const replica = index % REPLICAS;
        for (let count = 0; !done; count += 1) {
          try {
            await claim(clientOf(replica), flow.id, [segmentAt(count * 1_000, 1_000)], claims);
          } catch (error) {
            if (killed && replica === 0) return;
            throw error;
          }
        }
      };
      const load = reportedLater(Promise.all(flows.map(work)));
      await sleep(LOAD_MS / 8);

      // Slow enough to be met in its middle.
      const hurryUp = cluster.emulator.faults.latency({ operation: 'rows.delete', ms: 1_000 });
      const { status, body } = await victim.client.request<{ id: string }>('DELETE', `/flows/${doomed.id}/segments`);
      expect(status).toBe(202);
      const segmentsLeft = async (): Promise<number> => (await clientOf(1).listSegments(doomed.id)).length;
      await expect.poll(segmentsLeft).toBeLessThan(3_000);
      killed = true;
      await victim.server.kill();
      hurryUp();
      expect(await segmentsLeft(), 'the deletion was not interrupted').toBeGreaterThan(0);
      // Another deletion wakes the worker of a replica, which finds the one that was left.
      const other = await longFlow(clientOf(1), DELETE_SYNC_MAX + 1);
      expect((await clientOf(1).request('DELETE', `/flows/${other.id}/segments`)).status).toBe(202);

      await sleep(LOAD_MS / 8);
      done = true;
      await load;
      for (const { flow, claims } of flows) {
        expect(claims.taken.size).toBeGreaterThan(0);
        for (const { client } of replicas.slice(1)) await verifyClaims(client, flow.id, claims);
      }
      const state = async (): Promise<string> => {
        const { body: request } = await clientOf(2).request<{ status: string }>(
          'GET',
          `/flow-delete-requests/${body.id}`,
        );
        return request.status;
      };
      await expect.poll(state, { timeout: TAKEOVER_MS, interval: 200 }).toBe('done');
      expect(await clientOf(3).listSegments(doomed.id)).toEqual([]);
    },
    TIMEOUT_MS + TAKEOVER_MS,
  );
});

function report(how: string, flows: readonly { claims: Claims }[]): void {
  const count = (which: 'taken' | 'refused'): number => flows.reduce((sum, { claims }) => sum + claims[which].size, 0);
  console.info(`segments ${how}: ${count('taken')} taken, ${count('refused')} refused`);
}

/** A promise that is awaited only after other things, whose failure must not end the test run meanwhile. */
function reportedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function longFlow(client: TamsClient, segments: number): Promise<FlowBody> {
  const flow = dataFlow();
  expect((await client.putFlow(flow)).status).toBe(201);
  const body = Array.from({ length: segments }, (_, index) => segmentAt(index * 1_000, 1_000));
  expect((await client.postSegments(flow.id, body)).status).toBe(201);
  return flow;
}
