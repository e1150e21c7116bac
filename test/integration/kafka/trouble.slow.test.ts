import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { headersOf, KAFKA_MISSING, KafkaBroker } from '../../support/kafka-broker.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { startTestServer } from '../../support/test-server.ts';
import { readMetric } from './read-metric.ts';

const GROUP = 'vast-tams';
/** A stopping server gives up after 30 s (`server.ts`). */
const STOP_WITHIN_MS = 25_000;

/** A store that has nothing, and refuses what is called forbidden; everything, while it has other keys. */
class Store {
  isLocked = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(({ method, url = '' }, response) => {
      if (this.isLocked || url.includes('forbidden')) response.writeHead(403);
      else if (url.includes('list-type'))
        response.write('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
      else if (method === 'HEAD' && url !== '/archive/') response.writeHead(404);
      response.end();
    });
  }

  static async open(): Promise<Store> {
    const store = new Store();
    await new Promise<void>((resolve) => store.#server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      MEDIA_STORE: 's3',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_REGION: 'any',
      S3_BUCKET: 'archive',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'a secret',
    };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const created = (key: string): string =>
  JSON.stringify({
    Records: [{ eventName: 's3:ObjectCreated:Put', s3: { bucket: { name: 'archive' }, object: { key } } }],
  });

describe.skipIf(KAFKA_MISSING)(`trouble with a broker or a store, where Kafka ${KAFKA_MISSING ?? 'is'}`, () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await KafkaBroker.start();
    await broker.createTopics(['buckets', 'dead', 'events'], 1);
  });
  afterAll(() => broker.close());

  it('a key that the store refuses goes to the dead letters; one that waits for the keys of the store does not', async () => {
    const store = await Store.open();
    onTestFinished(() => store.close());
    const env = {
      KAFKA_BROKERS: broker.address,
      KAFKA_NOTIFICATIONS_TOPIC: 'buckets',
      KAFKA_DEAD_LETTERS_TOPIC: 'dead',
    };
    const server = await startTestServer({ env: { ...env, ...store.env }, log: () => undefined });
    onTestFinished(() => server.close());
    await broker.send('buckets', [created('forbidden.mp4'), created('behind.mp4')]);
    await expect.poll(() => broker.lag(GROUP, 'buckets'), { timeout: 90_000 }).toBe(0);
    const [letter] = await broker.read('dead', (letters) => letters.length > 0);
    expect(letter && headersOf(letter)['reason']).toMatch(/refused the request \(403/);

    store.isLocked = true;
    await broker.send('buckets', [created('later.mp4')]);
    const lastFailure = async (): Promise<string | undefined> => {
      const { workers } = (await (await fetch(`${server.baseUrl}/health`)).json()) as {
        workers: { name: string; last_failure?: string }[];
      };
      return workers.find(({ name }) => name === 'kafka notifications')?.last_failure;
    };
    await expect.poll(lastFailure).toMatch(/offset 2: The media store/);
    // Longer than five attempts take.
    await pause(9_000);
    expect(await broker.lag(GROUP, 'buckets')).toBe(1);
    store.isLocked = false;
    await expect.poll(() => broker.lag(GROUP, 'buckets')).toBe(0);
    expect(await readMetric(server.baseUrl, 'tams_kafka_dead_letters_total')).toBe(1);
  });

  it('many large events go in batches that the broker takes; a server stops although the broker is silent', async () => {
    const env = { KAFKA_BROKERS: broker.address, KAFKA_NOTIFICATIONS_TOPIC: 'buckets', KAFKA_EVENTS_TOPIC: 'events' };
    const server = await startTestServer({ env, log: () => undefined });
    let isOpen = true;
    onTestFinished(() => (isOpen ? server.close() : undefined));
    const client = new TamsClient(server.baseUrl);
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() });
    await client.putFlow(flow);
    // Three bytes a character, and all of them in the log at once.
    const text = '\u4e2d'.repeat(100_000);
    for (let index = 0; index < 20; index += 1) {
      await client.request('PUT', `/flows/${flow.id}/description`, `${index} ${text}`);
    }
    const descriptionOf = (value: Buffer): string =>
      (JSON.parse(value.toString()) as { event: { flow?: { description?: string } } }).event.flow?.description ?? '';
    const isLast = (value: Buffer): boolean => descriptionOf(value).startsWith('19 ');
    const messages = await broker.read('events', (all) => all.some(({ value }) => isLast(value)));
    const numbers = messages.map(({ value }) => parseInt(descriptionOf(value))).filter((number) => number >= 0);
    expect(numbers.filter((number, index) => numbers.indexOf(number) === index)).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    await expect.poll(() => readMetric(server.baseUrl, 'tams_kafka_up')).toBe(2);

    broker.freeze();
    await client.request('PUT', `/flows/${flow.id}/label`, 'nobody takes this');
    const start = Date.now();
    isOpen = false;
    await server.close();
    expect(Date.now() - start).toBeLessThan(STOP_WITHIN_MS);
  });
});
