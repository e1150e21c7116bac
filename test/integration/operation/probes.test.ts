import { describe, expect, it, onTestFinished } from 'vitest';
import { call } from '../../support/http-client.ts';
import { findS3Server, freePort, startS3Server } from '../../support/s3-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { MetricsText, readMetrics } from './support/metrics-text.ts';

const binary = findS3Server();

async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer({ inProcess: 'one process', env: { LOG_LEVEL: 'silent', ...env } });
  onTestFinished(() => server.close());
  return server;
}

describe('the probes', () => {
  it('say that a server is alive and ready', async () => {
    const { baseUrl } = await start();
    expect(await call(baseUrl, 'GET', '/livez')).toMatchObject({ status: 200, json: { status: 'ok' } });
    const ready = { status: 'ok', checks: { engine: 'ok', media: 'ok', workers: 'ok' } };
    expect(await call(baseUrl, 'GET', '/readyz')).toMatchObject({ status: 200, json: ready });
    for (const path of ['/livez', '/readyz']) {
      expect(await call(baseUrl, 'HEAD', path)).toMatchObject({ status: 200, text: '' });
    }
  });

  it.skipIf(binary === undefined)(
    'turn red while the object store is down, say why to administrators, and turn green',
    async () => {
      const s3 = await startS3Server(binary ?? '');
      onTestFinished(() => s3.close());
      const { baseUrl } = await start({
        MEDIA_STORE: 's3',
        S3_ENDPOINT: s3.endpoint,
        S3_BUCKET: 'media',
        S3_ACCESS_KEY_ID: s3.accessKeyId,
        S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
        S3_MAX_ATTEMPTS: '1',
        S3_BREAKER_FAILURES: '2',
        S3_BREAKER_RESET_MS: '500',
      });
      expect((await call(baseUrl, 'GET', '/readyz')).status).toBe(200);
      await s3.stop();
      await expect
        .poll(() => call(baseUrl, 'GET', '/readyz'))
        .toMatchObject({ status: 503, json: { status: 'failing', checks: { engine: 'ok', media: 'failing' } } });
      expect((await call(baseUrl, 'GET', '/livez')).status).toBe(200);
      const { json } = await call(baseUrl, 'GET', '/health');
      expect(json).toMatchObject({
        status: 'failing',
        checks: { engine: 'ok', media: expect.stringMatching(/media store/i) as string },
      });
      await expect
        .poll(
          async () => {
            await call(baseUrl, 'GET', '/readyz');
            return (await readMetrics(baseUrl)).value('tams_media_circuit_state');
          },
          { interval: 300 },
        )
        .toBeGreaterThan(0);
      await s3.start();
      await expect.poll(async () => (await call(baseUrl, 'GET', '/readyz')).status, { interval: 200 }).toBe(200);
      const metrics = await readMetrics(baseUrl);
      expect(metrics.value('tams_media_circuit_state')).toBe(0);
      expect(metrics.value('tams_media_operation_failures_total', { operation: 'health' })).toBeGreaterThan(0);
    },
  );
});

describe('/health', () => {
  it('tells everything that is known, and nothing that is secret', async () => {
    const { baseUrl } = await start({ SECRET_KEY: 'a secret of forty characters, or of some more' });
    const { status, json, text } = await call(baseUrl, 'GET', '/health');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'ok',
      checks: { engine: 'ok', media: 'ok', workers: 'ok' },
      version: '0.0.0-test',
      workers: expect.arrayContaining([
        expect.objectContaining({ name: 'deletion worker', running: true, failures_in_row: 0 }),
      ]) as unknown,
      backlog: { deletion_requests_open: { created: 0, started: 0, error: 0 }, reclaim_due_objects: 0 },
    });
    expect(text).not.toContain('a secret of forty');
  });
});

describe('METRICS_PORT', () => {
  it('has the probes and the metrics without authentication, and the port of the API has no metrics then', async () => {
    const port = await freePort();
    const { baseUrl } = await start({ METRICS_PORT: String(port), AUTH_MODE: 'token' });
    const own = `http://127.0.0.1:${port}`;
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await call(own, 'GET', path)).status, path).toBe(200);
    expect(
      new MetricsText((await call(own, 'GET', '/metrics')).text).value('tams_http_connections'),
    ).toBeGreaterThanOrEqual(0);
    for (const path of ['/health', '/flows', '/service']) expect((await call(own, 'GET', path)).status, path).toBe(404);
    expect((await call(baseUrl, 'GET', '/metrics')).status).toBe(404);
  });

  it('without it the metrics and the report of health need admin, and the probes nothing', async () => {
    const { baseUrl } = await start({ AUTH_MODE: 'token' });
    for (const path of ['/metrics', '/health']) expect((await call(baseUrl, 'GET', path)).status, path).toBe(401);
    for (const path of ['/livez', '/readyz']) expect((await call(baseUrl, 'GET', path)).status, path).toBe(200);
  });
});
