import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../integration/behaviour/support/api.ts';
import { KAFKA_MISSING, KafkaBroker } from '../support/kafka-broker.ts';
import { ObjectWorld, vtt } from '../support/search/object-world.ts';
import { dataFlow } from './support/flows.ts';
import { ServerFolder } from './support/server-folder.ts';

/** How often a server is killed; more for a long run by hand. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
const PER_ROUND = 20;
const FLOWS = 6;
/** The kill comes at any moment of this stretch, once the round's messages are being read. */
const KILL_AFTER_MS = { min: 0, max: 100 };
/** A server that was killed keeps its partitions for six seconds. */
const PATIENCE_MS = 90_000;

interface PublishedEvent {
  readonly event_id: string;
  readonly event: { readonly flow?: { readonly tags?: Record<string, string> } };
}

const notification = (key: string): string =>
  JSON.stringify({
    Records: [
      {
        eventName: 's3:ObjectCreated:Put',
        s3: { bucket: { name: 'local' }, object: { key: encodeURIComponent(key) } },
      },
    ],
  });

describe.skipIf(KAFKA_MISSING)(`servers that are killed (SIGKILL), where Kafka ${KAFKA_MISSING ?? 'is'}`, () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await KafkaBroker.start();
    await broker.createTopics(['buckets', 'events']);
  });
  afterAll(() => broker.close());

  it(
    `do every notification of a topic, none twice in effect, over ${ROUNDS} kills`,
    async () => {
      const folder = await ServerFolder.make();
      const env = { KAFKA_BROKERS: broker.address, KAFKA_NOTIFICATIONS_TOPIC: 'buckets' };
      // Jobs of a killed server would wait for the end of their lease.
      let running = await folder.start({ env: { ...env, SEARCH_WORKERS: '0' } });
      const first = await ObjectWorld.open(running.server.baseUrl);
      const keys: string[] = [];
      for (let index = 0; index < ROUNDS * PER_ROUND; index += 1) {
        await first.put(`${index}.vtt`, vtt(`The wheatear of ${index}.`));
        keys.push(await first.put(`${index}.mp4`, `medium ${index}`));
        await first.segment(`${index}.mp4`, `[${index}:0_${index + 1}:0)`);
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        const world = await ObjectWorld.open(running.server.baseUrl);
        const fresh = keys.slice(round * PER_ROUND, (round + 1) * PER_ROUND);
        await broker.send('buckets', fresh.map(notification));
        // The same again, as a broker that repeats itself.
        await broker.send('buckets', fresh.map(notification));
        await until(async () => {
          const found = await Promise.all(fresh.map((key) => world.asset(key)));
          return found.some((asset) => asset !== undefined) || undefined;
        }, PATIENCE_MS);
        await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
        await running.server.kill();
        const isLast = round === ROUNDS - 1;
        running = await folder.start({ env: { ...env, SEARCH_WORKERS: isLast ? '4' : '0' } });
      }
      const world = await ObjectWorld.open(running.server.baseUrl);
      const queue = await until(async () => {
        const stats = await world.api.get<{ completed: number; dead: number }>('/search/queue');
        return stats.completed + stats.dead >= keys.length ? stats : undefined;
      }, PATIENCE_MS);
      await until(async () => ((await broker.lag('vast-tams', 'buckets')) === 0 ? true : undefined), PATIENCE_MS);
      expect(queue).toMatchObject({ completed: keys.length, waiting: 0, active: 0, failed: 0, dead: 0 });
      expect((await world.api.search({ q: 'wheatear', type: 'keyword', limit: 1 })).total).toBe(keys.length);
      for (const key of keys) {
        const asset = await world.asset(key);
        expect(asset).toMatchObject({ status: 'indexed' });
        expect(await world.api.get(`/search/assets/${asset?.id ?? ''}/versions`)).toHaveLength(1);
      }
    },
    ROUNDS * 20_000 + 2 * PATIENCE_MS,
  );

  it(
    `publish every change that happened, in order for each flow, over ${ROUNDS} kills`,
    async () => {
      const folder = await ServerFolder.make();
      const env = { KAFKA_BROKERS: broker.address, KAFKA_EVENTS_TOPIC: 'events' };
      let running = await folder.start({ env });
      const flows = Array.from({ length: FLOWS }, () => dataFlow());
      for (const flow of flows) await running.client.putFlow(flow);
      const sent = flows.map(() => 0);
      let read = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const { client, server } = running;
        // Each change sets a tag of its own, until the server is gone.
        const load = flows.map(async ({ id }, index) => {
          for (;;) {
            const tag = (sent[index] = (sent[index] ?? 0) + 1);
            const answer = await client.request('PUT', `/flows/${id}/tags/${tag}`, 'set').catch(() => undefined);
            if (answer === undefined) return;
          }
        });
        // Leases of the last one stay its own for ten seconds.
        await broker.read('events', (all) => all.length > read + FLOWS, PATIENCE_MS);
        await sleep(KILL_AFTER_MS.min + Math.random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min));
        await server.kill();
        await Promise.all(load);
        read = (await broker.read('events', (all) => all.length > read, PATIENCE_MS)).length;
        running = await folder.start({ env });
      }
      const { client } = running;
      const happened = await Promise.all(
        flows.map(async ({ id }) =>
          Object.keys((await client.request<Record<string, string>>('GET', `/flows/${id}/tags`)).body),
        ),
      );
      /** The tags of each event of a flow, in the order of its partition; an event that came again counts once. */
      const told = (all: readonly Message[], flowId: string): string[][] => {
        const events = new Map<string, string[]>();
        for (const { key, value } of all) {
          if (key.toString() !== flowId) continue;
          const { event_id, event } = JSON.parse(value.toString()) as PublishedEvent;
          if (!events.has(event_id)) events.set(event_id, Object.keys(event.flow?.tags ?? {}));
        }
        return [...events.values()];
      };
      const all = await broker.read(
        'events',
        (messages) => flows.every(({ id }, index) => told(messages, id).length > (happened[index]?.length ?? 0)),
        PATIENCE_MS,
      );
      for (const [index, { id }] of flows.entries()) {
        const tags = happened[index] ?? [];
        // The first tells of the flow's creation; each of the others shows one tag more than the one before.
        expect(told(all, id)).toEqual([[], ...tags.map((_, count) => tags.slice(0, count + 1))]);
        const partitions = all.filter(({ key }) => key.toString() === id).map(({ partition }) => partition);
        expect(new Set(partitions).size).toBe(1);
      }
      const changes = happened.reduce((sum, tags) => sum + tags.length, 0);
      expect(changes).toBeGreaterThan(ROUNDS * FLOWS);
      console.info(`${ROUNDS} kills, ${changes} changes, ${all.length} messages`);
    },
    ROUNDS * 30_000 + 2 * PATIENCE_MS,
  );
});
