import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/settings.ts';
import { buildContainer } from '../../../src/container/container.ts';
import { createLogger } from '../../../src/operation/logger.ts';
import { dropTables, tableEngineEnv } from '../../support/table-engine.ts';
import { startTestServer } from '../../support/test-server.ts';
import { Api, firstOf } from '../behaviour/support/api.ts';
import { RawClient } from './support/raw-client.ts';

it('a download that does not end delays a stop for a while only, and everything else is closed in order', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-stop-'));
  onTestFinished(async () => {
    await dropTables(dataDir);
    await rm(dataDir, { recursive: true });
  });
  const lines: string[] = [];
  const config = loadConfig({ DATA_DIR: dataDir, ...(await tableEngineEnv(dataDir)) });
  const logger = createLogger('warn', { write: (line) => lines.push(line) });
  const container = await buildContainer(config, '0.0.0-test', logger);
  await container.app.listen({ host: '127.0.0.1', port: 0 });
  const baseUrl = `http://127.0.0.1:${(container.app.server.address() as AddressInfo).port}`;
  const api = new Api(baseUrl);
  const flowId = await api.newFlow();
  const allocated = firstOf(await api.allocate(flowId));
  // More than fits into the buffers of a connection.
  expect(await api.upload(allocated, 'x'.repeat(30_000_000))).toBe(200);
  const segment = { object_id: allocated.object_id, timerange: '[0:0_1:0)' };
  await api.must('POST', `/flows/${flowId}/segments`, segment);
  const { pathname, search } = new URL(firstOf(firstOf(await api.segments(flowId)).get_urls ?? []).url);

  const client = await RawClient.open(baseUrl);
  onTestFinished(() => client.close());
  // A fast machine would send all of it before the test looks.
  client.pauseAfterNext();
  client.send(`GET ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await expect.poll(() => client.statuses).toEqual([200]);

  const began = performance.now();
  await container.close(300);
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(lines.filter((line) => line.includes('requests still run 0.3 s after'))).toHaveLength(1);
  expect(lines.filter((line) => /"level":"?(50|error)/.test(line))).toEqual([]);

  // The folder and the tables were let go of, with all that was answered.
  const again = await startTestServer({ dataDir });
  expect(await new Api(again.baseUrl).segments(flowId)).toHaveLength(1);
  await again.close();
});
