import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { videoFlow } from '../../support/examples.ts';
import { TamsClient } from '../../support/tams-client.ts';
import { dropTables } from '../../support/table-engine.ts';
import { startTestServer } from '../../support/test-server.ts';
import { readMetric } from './read-metric.ts';

it('serves without its broker; events wait for it until a server starts without the topic', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-kafka-away-'));
  onTestFinished(async () => {
    await dropTables(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const env = { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_EVENTS_TOPIC: 'events', KAFKA_NOTIFICATIONS_TOPIC: 'buckets' };
  const first = await startTestServer({ dataDir, env, log: () => undefined });
  await new TamsClient(first.baseUrl).putFlow(videoFlow({ id: randomUUID(), source_id: randomUUID() }));
  await expect.poll(() => readMetric(first.baseUrl, 'tams_kafka_unpublished_events')).toBe(2);
  await expect.poll(() => readMetric(first.baseUrl, 'tams_kafka_up')).toBe(0);
  expect((await fetch(`${first.baseUrl}/readyz`)).status).toBe(200);
  for (const name of ['kafka notifications', 'kafka events']) {
    const worker = async (): Promise<unknown> => {
      const report = (await (await fetch(`${first.baseUrl}/health`)).json()) as { workers: { name: string }[] };
      return report.workers.find((each) => each.name === name);
    };
    await expect.poll(worker).toMatchObject({
      failures_in_row: 0,
      last_failure: expect.stringMatching(/127\.0\.0\.1:1/) as string,
    });
  }
  await first.close();

  const second = await startTestServer({ dataDir });
  await expect.poll(() => readMetric(second.baseUrl, 'tams_outbox_age_seconds')).toBe(0);
  await second.close();
});
