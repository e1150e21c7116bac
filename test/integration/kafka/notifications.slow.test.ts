import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headersOf, KAFKA_MISSING, KafkaBroker } from '../../support/kafka-broker.ts';
import { ObjectWorld, vtt } from '../../support/search/object-world.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { readMetric } from './read-metric.ts';

const CONTENT = 'bytes of a medium';

/** A notification as the VAST Event Broker has it. */
const notification = (...keys: readonly string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: '2.2',
      eventSource: 'vast:s3',
      eventName: 's3:ObjectCreated:Put',
      s3: { bucket: { name: 'local' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: '1' } },
    })),
  });

describe.skipIf(KAFKA_MISSING)(`notifications from a broker, where Kafka ${KAFKA_MISSING ?? 'is'}`, () => {
  let broker: KafkaBroker;
  let server: TestServer;
  let world: ObjectWorld;
  beforeAll(async () => {
    broker = await KafkaBroker.start();
    await broker.createTopics(['buckets', 'dead']);
    server = await startTestServer({
      env: {
        KAFKA_BROKERS: broker.address,
        KAFKA_NOTIFICATIONS_TOPIC: 'buckets',
        KAFKA_DEAD_LETTERS_TOPIC: 'dead',
      },
      log: () => undefined,
    });
    world = await ObjectWorld.open(server.baseUrl);
  });
  afterAll(async () => {
    await server.close();
    await broker.close();
  });

  const put = async (name: string): Promise<string> => {
    await world.put(`${name}.vtt`, vtt(`The wheatear of ${name}.`));
    return world.put(`${name}.mp4`, CONTENT + name);
  };

  const metric = (name: string): Promise<number | undefined> => readMetric(server.baseUrl, name);

  it('do what POST /events/s3 does, and are committed', async () => {
    const keys = [await put('interview one'), await put('two')];
    await broker.send('buckets', [notification(...keys), JSON.stringify({ Event: 's3:TestEvent' })]);
    for (const key of keys) await world.becomes(key, { status: 'indexed' });
    await expect.poll(() => broker.lag('vast-tams', 'buckets')).toBe(0);
  });

  it('go to the dead letters where they cannot be read, and those behind them are processed', async () => {
    const key = await put('behind');
    const poison = [Buffer.from([0xff, 0xfe]), '{"Records":[', '{"Records":[{"eventName":1}]}', '{}'];
    const notEncoded = notification('x').replace('"key":"x"', '"key":"%zz"');
    await broker.send('buckets', [...poison, notEncoded, notification(key)], 'one partition');
    await world.becomes(key, { status: 'indexed' });
    const dead = await broker.read('dead', (messages) => messages.length >= 5);
    // A batch may come twice.
    expect([...new Set(dead.map((message) => headersOf(message)['reason']))].toSorted()).toEqual([
      'The body has no Records; it takes S3 event notifications.',
      'body/Records/0/s3 is required',
      'body/Records/0/s3/object/key is not URL-encoded.',
      'the message is no JSON in UTF-8: The encoded data was not valid for encoding utf-8',
      'the message is no JSON in UTF-8: Unexpected end of JSON input',
    ]);
    const [first] = dead.filter(({ value }) => value.equals(poison[0] as Buffer));
    expect(headersOf(first as (typeof dead)[0])).toMatchObject({
      topic: 'buckets',
      offset: expect.stringMatching(/^\d+$/) as string,
    });
    expect(first?.key.toString()).toBe('one partition');
    expect(await metric('tams_kafka_dead_letters_total')).toBeGreaterThanOrEqual(5);
    await expect.poll(() => metric('tams_kafka_lag')).toBe(0);
  });

  it('are read again once a broker that was away is back; the server goes on meanwhile', async () => {
    await broker.kill();
    await expect.poll(() => metric('tams_kafka_up')).toBe(0);
    expect((await fetch(`${server.baseUrl}/readyz`)).status).toBe(200);
    const lastFailure = async (): Promise<string | undefined> => {
      const { workers } = (await (await fetch(`${server.baseUrl}/health`)).json()) as {
        workers: { name: string; last_failure?: string }[];
      };
      return workers.find(({ name }) => name === 'kafka notifications')?.last_failure;
    };
    await expect.poll(lastFailure).toMatch(/ECONNREFUSED/);
    const key = await put('meanwhile');
    await broker.start();
    await broker.send('buckets', [notification(key)]);
    await expect.poll(() => metric('tams_kafka_up')).toBe(1);
    await expect.poll(() => world.asset(key)).toMatchObject({ status: 'indexed' });
  });
});
