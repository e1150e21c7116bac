import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@platformatic/kafka';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DeadLetters } from '../../../src/features/kafka/dead-letters.ts';
import { EventPublisher } from '../../../src/features/kafka/event-publisher.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { LeaseKeeper } from '../../../src/tams/leases/lease-keeper.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { videoFlow } from '../../support/examples.ts';
import { headersOf, KAFKA_MISSING, KAFKA_USER, KafkaBroker } from '../../support/kafka-broker.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { openTestTables } from '../../support/table-engine.ts';
import { startTestServer } from '../../support/test-server.ts';
import { readMetric } from './read-metric.ts';

interface PublishedEvent {
  readonly event_id: string;
  readonly event_type: string;
  readonly event: {
    readonly flow?: { id: string; tags?: Record<string, string> };
    readonly flow_id?: string;
    readonly segments?: { object_id: string; get_urls: unknown[] }[];
  };
}

/** No event is larger, unless a test makes one. */
const MESSAGE_MAX = 20_000;

const eventOf = ({ value }: Message): PublishedEvent => JSON.parse(value.toString()) as PublishedEvent;
const ofKey = (messages: readonly Message[], key: string): PublishedEvent[] =>
  messages.filter((message) => message.key.toString() === key).map(eventOf);

describe.skipIf(KAFKA_MISSING)(`events for a broker, where Kafka ${KAFKA_MISSING ?? 'is'}`, () => {
  let broker: KafkaBroker;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tams-kafka-'));
    const ca = await generate([{ name: 'commonName', value: 'trusted' }], {
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, critical: true },
      ],
      algorithm: 'sha256',
    });
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      algorithm: 'sha256',
    });
    await writeFile(join(folder, 'ca.pem'), ca.cert);
    broker = await KafkaBroker.start({
      tls: { cert, key },
      settings: { 'message.max.bytes': String(MESSAGE_MAX) },
    });
    await broker.createTopics(['dead'], 1);
  });
  afterAll(async () => {
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A server that publishes to a topic of its own. */
  async function publishing(env: Record<string, string> = {}) {
    const topic = `events-${randomUUID()}`;
    await broker.createTopics([topic]);
    const server = await startTestServer({
      env: { KAFKA_BROKERS: broker.address, KAFKA_EVENTS_TOPIC: topic, ...env },
      log: () => undefined,
    });
    onTestFinished(() => server.close());
    return { topic, server, client: new TamsClient(server.baseUrl) };
  }

  it('are those of webhooks, with the id of the flow or source as the key, in order, and without signed URLs', async () => {
    const { topic, client } = await publishing();
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    await client.putFlow(flow);
    for (let index = 0; index < 100; index += 1) await client.request('PUT', `/flows/${flow.id}/tags/${index}`, 'set');
    const { body } = await client.allocate(flow.id, { limit: 1 });
    const objectId = body.media_objects[0]?.object_id ?? '';
    const put = body.media_objects[0]?.put_url;
    await fetch(put?.url ?? '', {
      method: 'PUT',
      body: 'x',
      headers: { 'content-type': put?.['content-type'] ?? '' },
    });
    await client.request('POST', `/flows/${flow.id}/segments`, { object_id: objectId, timerange: '[0:0_1:0)' });
    await client.request('DELETE', `/flows/${flow.id}/segments`);
    await client.request('DELETE', `/flows/${flow.id}`);
    const messages = await broker.read(topic, (all) =>
      all.some((each) => eventOf(each).event_type === 'flows/deleted'),
    );

    const events = ofKey(messages, flow.id);
    const types = events.map(({ event_type }) => event_type);
    expect(types.filter((type) => type !== 'flows/updated')).toEqual([
      'flows/created',
      'flows/segments_added',
      'flows/segments_deleted',
      'flows/deleted',
    ]);
    const tags = events
      .filter(({ event_type }) => event_type === 'flows/updated')
      .map(({ event }) => Object.keys(event.flow?.tags ?? {}).length);
    expect(tags.filter((count, index) => count > (tags[index - 1] ?? 0))).toHaveLength(100);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
    const added = events.find(({ event_type }) => event_type === 'flows/segments_added');
    expect(added?.event.segments).toMatchObject([{ object_id: objectId, get_urls: [] }]);
    expect(ofKey(messages, flow.source_id)[0]?.event_type).toBe('sources/created');
  });

  it('that the broker finds too large go to the dead letters without their content, and do not hold up others', async () => {
    const { topic, client, server } = await publishing({ KAFKA_DEAD_LETTERS_TOPIC: 'dead' });
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    await client.putFlow(flow);
    await client.request('PUT', `/flows/${flow.id}/description`, 'x'.repeat(2 * MESSAGE_MAX));
    await client.request('PUT', `/flows/${flow.id}/description`, 'short');
    const messages = await broker.read(topic, (all) => ofKey(all, flow.id).length >= 2);
    expect(ofKey(messages, flow.id).map(({ event_type }) => event_type)).toEqual(['flows/created', 'flows/updated']);
    const [letter] = await broker.read('dead', (all) => all.length > 0);
    const dead = letter as Message;
    expect(eventOf(dead)).toMatchObject({
      event_type: 'flows/updated',
      event: { flow_id: flow.id, source_id: flow.source_id },
    });
    expect(headersOf(dead)).toMatchObject({
      topic,
      reason: expect.stringMatching(/larger|too large|max/i) as string,
    });
    expect(await readMetric(server.baseUrl, 'tams_kafka_dead_letters_total')).toBe(1);
  });

  it('wait for a broker that is away, and are published when it is back', async () => {
    const { topic, client, server } = await publishing();
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    await client.putFlow(flow);
    await broker.read(topic, (all) => ofKey(all, flow.id).length > 0);
    await broker.kill();
    await client.request('PUT', `/flows/${flow.id}/label`, 'while it is away');
    await expect.poll(() => readMetric(server.baseUrl, 'tams_kafka_up')).toBe(0);
    expect(await readMetric(server.baseUrl, 'tams_kafka_unpublished_events')).toBeGreaterThan(0);
    expect((await fetch(`${server.baseUrl}/readyz`)).status).toBe(200);
    await broker.start();
    await broker.read(topic, (all) => ofKey(all, flow.id).length > 1, 60_000);
    await expect.poll(() => readMetric(server.baseUrl, 'tams_kafka_unpublished_events')).toBe(0);
    expect(await readMetric(server.baseUrl, 'tams_kafka_up')).toBe(1);
  });

  it('come again where another process took the lease over meanwhile, which is no failure', async () => {
    const topic = `events-${randomUUID()}`;
    await broker.createTopics([topic], 1);
    const tables = await openTestTables(folder, VAST_STORE_TABLES);
    onTestFinished(() => tables.close());
    const store = new VastStore(tables, new SecretBox('of no use here', 'webhooks'));
    const log: string[] = [];
    const logger = createLogger('warn', { write: (line) => log.push(line) });
    const leases = new LeaseKeeper(store, logger);
    let taken: Promise<unknown> | undefined;
    // It is asked for under the lease. Writes are in order, so this one is before the one that ends the batch.
    const body = (): string => {
      const expired = Date.now() + 11_000;
      taken ??= store.transaction((tx) => tx.leases.acquire(['kafka-events'], 'another', expired, expired + 600_000));
      return '{}';
    };
    const kafka = { brokers: [broker.address], tls: undefined, sasl: undefined };
    const events = { onEvents: () => undefined, body };
    const deadLetters = new DeadLetters(kafka, undefined, logger);
    const publisher = new EventPublisher({ broker: kafka, topic, store, leases, events, deadLetters }, logger);
    onTestFinished(() => publisher.stop());
    const scope = { flowId: 'flow', sourceId: 'source' };
    await store.transaction(async (tx) => {
      await tx.eventLog.addReader();
      await tx.outbox.add({ type: 'flows/updated', scope, time: 'now', payload: '{}' });
      await tx.eventLog.place();
    });
    publisher.start();
    await expect.poll(() => log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ level: 40, lease: 'kafka-events' });
    expect(publisher.status).toMatchObject({ failuresInRow: 0, lastFailure: undefined });
    expect(await publisher.unpublished()).toBe(1);
    await store.transaction((tx) => tx.leases.release(['kafka-events'], 'another'));
    await expect.poll(() => publisher.unpublished()).toBe(0);
    await broker.read(topic, (all) => all.length === 2);
    expect(log).toHaveLength(1);
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'go over TLS, with a user and a password by %s',
    async (mechanism) => {
      const { topic, client } = await publishing({
        KAFKA_BROKERS: broker.secureAddress,
        KAFKA_TLS: 'true',
        KAFKA_TLS_CA_FILE: join(folder, 'ca.pem'),
        KAFKA_SASL_MECHANISM: mechanism,
        KAFKA_USERNAME: KAFKA_USER.username,
        KAFKA_PASSWORD: KAFKA_USER.password,
      });
      const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
      await client.putFlow(flow);
      await broker.read(topic, (all) => ofKey(all, flow.id).length > 0);
    },
  );

  it.each([
    { wrong: { KAFKA_PASSWORD: 'not hunter2' }, says: /authentication/i },
    { wrong: { KAFKA_TLS_CA_FILE: '' }, says: /certificate/i },
  ])('say why they wait, without the password: $says', async ({ wrong, says }) => {
    const { client, server } = await publishing({
      KAFKA_BROKERS: broker.secureAddress,
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: join(folder, 'ca.pem'),
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_USERNAME: KAFKA_USER.username,
      KAFKA_PASSWORD: KAFKA_USER.password,
      ...wrong,
    });
    await client.putFlow(videoFlow({ id: randomUUID(), source_id: randomUUID() }));
    const failure = async (): Promise<string> => {
      const { workers } = (await (await fetch(`${server.baseUrl}/health`)).json()) as {
        workers: { name: string; last_failure?: string }[];
      };
      return workers.find(({ name }) => name === 'kafka events')?.last_failure ?? '';
    };
    await expect.poll(failure).toMatch(says);
    expect(await failure()).not.toContain('hunter2');
  });
});
