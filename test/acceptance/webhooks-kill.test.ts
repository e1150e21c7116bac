import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TamsClient } from '../support/tams-client.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../support/webhook-receiver.ts';
import { dataFlow } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';

/** How often the server is killed; more for a long run by hand. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 15);
const ROUND_MS = 60_000;
const FLOWS = 8;
/** Those that a round waits for; the kill has to meet more. */
const CHANGES_MIN = ROUNDS * FLOWS;
/** The kill comes at any moment of this stretch of the load, once every flow has been changed. */
const KILL_AFTER_MS = { min: 20, max: 500 };
/** Longer than what a dead process held stays its own. */
const DRAIN_MS = 120_000;

/** Changes that were acknowledged; the tags of the flow tell later which of the others happened. */
interface Ledger {
  readonly flowId: string;
  sent: number;
  acknowledged: number;
}

/** Each change sets a tag of its own, until the server is gone. */
async function change(client: TamsClient, ledger: Ledger): Promise<void> {
  for (;;) {
    ledger.sent += 1;
    const path = `/flows/${ledger.flowId}/tags/${ledger.sent}`;
    const answer = await client.request('PUT', path, 'set').catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status !== 204) throw new Error(`PUT ${path} answered ${answer.status}`);
    ledger.acknowledged += 1;
  }
}

const tagsOf = async (client: TamsClient, flowId: string): Promise<string[]> =>
  Object.keys((await client.request<Record<string, string>>('GET', `/flows/${flowId}/tags`)).body);

/** The tags of each event of a flow, in the order of first arrival; an event that came again counts once. */
function tagsTold(receiver: WebhookReceiver, flowId: string): string[][] {
  const events = new Map<string, string[]>();
  for (const { body } of receiver.taken) {
    const flow = body.event.flow as { id: string; tags?: Record<string, string> };
    if (flow.id === flowId && !events.has(body.event_id)) events.set(body.event_id, Object.keys(flow.tags ?? {}));
  }
  return [...events.values()];
}

describe('webhooks of a server that is killed (SIGKILL) at random', () => {
  it(
    `tell every change that happened, each once and in order, and no other, over ${ROUNDS} kills`,
    async () => {
      const folder = await ServerFolder.make();
      const receiver = await WebhookReceiver.start();
      const key = randomUUID();
      const logs: string[] = [];
      try {
        const first = await folder.start({ env: REACH_RECEIVERS });
        const ledgers = Array.from({ length: FLOWS }, () => ({ flow: dataFlow(), sent: 0, acknowledged: 0 })).map(
          ({ flow, ...counts }) => ({ flow, flowId: flow.id, ...counts }),
        );
        for (const { flow } of ledgers) await first.client.putFlow(flow);
        const webhook = { url: receiver.url, api_key_name: 'x-key', api_key_value: key, events: ['flows/updated'] };
        expect((await first.client.request('POST', '/service/webhooks', webhook)).status).toBe(201);
        let running = first;
        for (let round = 0; round < ROUNDS; round += 1) {
          const before = ledgers.map(({ acknowledged }) => acknowledged);
          const load = Promise.all(ledgers.map((ledger) => change(running.client, ledger)));
          const isUnderWay = (): boolean =>
            ledgers.every(({ acknowledged }, flow) => acknowledged > (before[flow] ?? 0));
          // On a cluster the one that was killed has left transactions open, and they have to end first.
          await expect.poll(isUnderWay, { timeout: ROUND_MS, interval: 10 }).toBe(true);
          // What a killed process held stays its own for a while: only before the first kill are deliveries sure to be under way.
          if (round === 0)
            await expect.poll(() => receiver.taken.length, { timeout: ROUND_MS, interval: 10 }).not.toBe(0);
          await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
          await running.server.kill();
          await load;
          logs.push(running.server.output, running.server.errors);
          running = await folder.start({ env: REACH_RECEIVERS });
        }
        const toldBetweenKills = receiver.taken.length;
        const { client } = running;
        const happened = await Promise.all(ledgers.map(({ flowId }) => tagsOf(client, flowId)));
        const isTold = (): boolean =>
          ledgers.every(({ flowId }, index) => tagsTold(receiver, flowId).length >= (happened[index]?.length ?? 0));
        const deadline = performance.now() + DRAIN_MS;
        while (!isTold() && performance.now() < deadline) await sleep(100);
        await sleep(500);

        for (const [index, { flowId }] of ledgers.entries()) {
          const tags = happened[index] ?? [];
          // Each event shows one tag more than the one before: none is missing, repeated, or out of order.
          expect(tagsTold(receiver, flowId)).toEqual(tags.map((_, count) => tags.slice(0, count + 1)));
        }
        const acknowledged = ledgers.reduce((sum, ledger) => sum + ledger.acknowledged, 0);
        const changes = happened.reduce((sum, tags) => sum + tags.length, 0);
        expect(changes).toBeGreaterThanOrEqual(acknowledged);
        expect(acknowledged, 'too few changes to show anything').toBeGreaterThan(CHANGES_MIN);
        expect(toldBetweenKills, 'no delivery was ever interrupted').toBeGreaterThan(0);
        expect(receiver.taken[0]?.headers['x-key']).toBe(key);
        expect(logs.join('')).not.toContain(key);
        console.info(
          `${ROUNDS} kills, ${changes} changes, ${toldBetweenKills} of ${receiver.taken.length} deliveries between kills`,
        );
      } finally {
        await receiver.close();
      }
    },
    ROUNDS * ROUND_MS + 2 * DRAIN_MS,
  );
});
