import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MetricsRegistry } from '../../../src/operation/metrics/metrics-registry.ts';
import { call } from '../../support/http-client.ts';
import { TEST_TABLE_ENGINE } from '../../support/table-engine.ts';
import { startTestServer } from '../../support/test-server.ts';
import { basic, bearer, tokensFile } from '../auth/support/requests.ts';
import { Api, firstOf } from '../behaviour/support/api.ts';
import { MetricsText, readMetrics } from './support/metrics-text.ts';

/** Whatever has metrics of its own. */
const EVERYTHING = {
  EXR_AUTO_INSPECT: 'true',
  RETENTION: 'true',
  KAFKA_BROKERS: '127.0.0.1:1',
  KAFKA_EVENTS_TOPIC: 'events',
  KAFKA_NOTIFICATIONS_TOPIC: 'buckets',
};

async function start(env: NodeJS.ProcessEnv = {}): Promise<Api> {
  const server = await startTestServer({ inProcess: 'one process', env: { LOG_LEVEL: 'silent', ...env } });
  onTestFinished(() => server.close());
  return new Api(server.baseUrl);
}

describe('/metrics', () => {
  it('counts and times requests by the pattern of their route, the method and the class of status', async () => {
    const api = await start();
    const flowId = await api.newFlow();
    await api.fill(flowId, 3);
    for (let count = 0; count < 4; count++) await api.segments(flowId);
    await api.send('GET', '/flows/not-a-flow');
    await api.send('GET', '/no/such/path');
    const metrics = await readMetrics(api.baseUrl);
    const requests = (route: string, method: string, status: string) =>
      metrics.value('tams_http_request_duration_seconds_count', { route, method, status });
    expect(requests('/flows/:flowId/segments', 'GET', '2xx')).toBe(4);
    expect(requests('/flows/:flowId', 'PUT', '2xx')).toBe(1);
    expect(requests('/flows/:flowId', 'GET', '4xx')).toBe(1);
    expect(requests('unmatched', 'GET', '4xx')).toBe(1);
    expect(
      metrics.value('tams_table_operation_duration_seconds_count', { table: 'segments', operation: 'insert' }),
    ).toBe(1);
    expect(metrics.value('tams_table_rows_total', { table: 'segments', operation: 'insert' })).toBe(3);
    expect(metrics.value('tams_segment_page_requests_total', { from: 'cache' })).toBeGreaterThan(0);
    expect(metrics.value('tams_presigned_urls_total', { use: 'download', from: 'signer' })).toBeGreaterThan(0);
  });

  it('shows the memory of each part, and keeps pages within theirs', async () => {
    const api = await start({ MEMORY_MIB: '256', PAGE_LIMIT_MAX: '5000' });
    const flowId = await api.newFlow();
    await api.fill(flowId, 1500);
    // Pages of some 700 kB, four times as many as fit.
    for (let limit = 1400; limit < 1410; limit++) await api.send('GET', `/flows/${flowId}/segments?limit=${limit}`);
    const metrics = await readMetrics(api.baseUrl);
    const budget = (part: string) => metrics.value('tams_memory_budget_bytes', { part });
    const used = (part: string) => metrics.value('tams_memory_used_bytes', { part });
    expect(budget('process')).toBe(256 * 2 ** 20);
    // Other engines have no cache of ours.
    if (TEST_TABLE_ENGINE === 'sqlite') expect(budget('tables')).toBe(8 * 2 ** 20);
    expect(budget('pages')).toBe(2 * 2 ** 20);
    for (const part of ['bodies', 'flows', 'playlists', 'events', 'analyses']) expect(budget(part)).toBeGreaterThan(0);
    expect(used('process')).toBeGreaterThan(2 ** 20);
    for (const part of ['pages', 'urls']) {
      expect(used(part)).toBeGreaterThan(0);
      expect(used(part)).toBeLessThanOrEqual(budget(part));
    }
  });

  it('has as many series however many different paths are asked for', async () => {
    const api = await start();
    const seriesAfter = async (prefix: string): Promise<number> => {
      for (let count = 0; count < 30; count++) {
        await api.send('GET', `/flows/${prefix}-${count}`);
        await api.send('GET', `/${prefix}/${count}`);
        await api.send('GET', `/objects/${prefix}${count}?limit=${count}`);
        await api.send('PUT', `/media/${prefix}/${count}`);
      }
      await readMetrics(api.baseUrl);
      const { families } = await readMetrics(api.baseUrl);
      return [...families].filter(([name]) => name.startsWith('tams_')).flatMap(([, { samples }]) => samples).length;
    };
    expect(await seriesAfter('one')).toBe(await seriesAfter('another'));
  });

  it('goes by the conventions for names', async () => {
    const { families } = await readMetrics((await start(EVERYTHING)).baseUrl);
    const ours = [...families.values()].filter(({ name }) => name.startsWith('tams_'));
    expect(ours.length).toBeGreaterThan(25);
    for (const { name, type, help } of ours) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(help).toMatch(/\.$/);
    }
    expect([...families.keys()]).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']),
    );
  });

  it('is listed in docs/operations.md, each with its type', async () => {
    const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| `(tams_\w+)` *\| (\w+) *\|/gm)].map(([, name, type]) => [name, type]);
    const { families } = await readMetrics((await start(EVERYTHING)).baseUrl);
    const ours = [...families.values()].filter(({ name }) => name.startsWith('tams_'));
    // Those of single processes are for several: test/acceptance/workers.test.ts reads them.
    const ofAny = listed.filter(([name]) => name?.startsWith('tams_process_') === false);
    expect(ofAny.sort()).toEqual(ours.map(({ name, type }) => [name, type]).sort());
  });

  it('times the operations of the local media store, and calls no failure what is wrong with a request', async () => {
    const api = await start();
    const flowId = await api.newFlow();
    const object = firstOf(await api.allocate(flowId));
    expect(await api.upload(object, 'media')).toBe(200);
    const gone = object.put_url.url.replace('/media/', '/media/%2e%2e/');
    expect((await fetch(gone, { method: 'PUT', body: 'media' })).status).toBeGreaterThanOrEqual(400);
    const metrics = await readMetrics(api.baseUrl);
    const of = (name: string, operation: string): number =>
      metrics.value(`tams_media_operation_${name}`, { operation });
    expect([of('duration_seconds_count', 'put'), of('failures_total', 'put')]).toEqual([1, 0]);
  });

  it('counts logins, failed logins and denials by how the client signed in', async () => {
    const token = 'dGhlIHRva2VuIG9mIGEgcmVhZGVy';
    const boss = 'dGhlIHRva2VuIG9mIGFuIGFkbWlu';
    const folder = await mkdtemp(join(tmpdir(), 'tams-metrics-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tokens = [
      { name: 'reader', token, scopes: ['read'] },
      { name: 'boss', token: boss, scopes: ['admin'] },
    ];
    const env = { AUTH_MODE: 'token,basic', AUTH_TOKENS_FILE: tokensFile(folder, tokens), LOG_LEVEL: 'silent' };
    const server = await startTestServer({ env });
    onTestFinished(() => server.close());
    const answers = [
      await bearer(server.baseUrl, token, 'GET', '/flows'),
      await bearer(server.baseUrl, token, 'POST', '/service/webhooks'),
      await bearer(server.baseUrl, 'x'.repeat(30), 'GET', '/flows'),
      // Too long to be a password, so that it takes no time.
      await basic(server.baseUrl, 'nobody', 'x'.repeat(2000)),
      await call(server.baseUrl, 'GET', '/flows'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 401, 401, 401]);
    const { text } = await bearer(server.baseUrl, boss, 'GET', '/metrics');
    const metrics = new MetricsText(text);
    const events = (event: string, scheme: string) => metrics.value('tams_audit_events_total', { event, scheme });
    expect([events('login', 'token'), events('denied', 'none')]).toEqual([2, 1]);
    expect(['token', 'basic', 'none'].map((scheme) => events('login_failed', scheme))).toEqual([1, 1, 1]);
    expect(metrics.value('tams_audit_write_failures_total')).toBe(0);
  });

  it('counts requests of browsers that ask first', async () => {
    const { baseUrl } = await start();
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'PUT' };
    expect((await call(baseUrl, 'OPTIONS', '/flows', { headers })).status).toBe(204);
    expect((await readMetrics(baseUrl)).value('tams_http_request_duration_seconds_count', { method: 'OPTIONS' })).toBe(
      1,
    );
  });
});

describe('a metric that cannot be read', () => {
  it('is left out, counted and told of, and the others are there', async () => {
    const told: string[] = [];
    const registry = new MetricsRegistry((metric) => told.push(metric));
    registry.add(
      { name: 'tams_broken', help: 'Fails.', type: 'gauge', read: () => Promise.reject(new Error('no')) },
      { name: 'tams_well', help: 'Works.', type: 'gauge', read: () => [{ value: 5, labels: { a: 'x"\\\n' } }] },
    );
    const text = new MetricsText(await registry.text());
    expect([text.value('tams_well'), text.families.get('tams_broken')?.samples, told]).toEqual([
      5,
      [],
      ['tams_broken'],
    ]);
    const again = new MetricsText(await registry.text());
    expect(again.value('tams_metrics_read_failures_total', { metric: 'tams_broken' })).toBeGreaterThanOrEqual(1);
  });
});
