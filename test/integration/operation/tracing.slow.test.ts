import { describe, expect, it, onTestFinished } from 'vitest';
import { call } from '../../support/http-client.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { findS3Server, freePort, startS3Server } from '../../support/s3-server.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startOtlpReceiver, type OtlpReceiver } from './support/otlp-receiver.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });

async function startTraced(
  env: Record<string, string> = {},
): Promise<{ server: TestServer; receiver: OtlpReceiver; log: string[] }> {
  const receiver = await startOtlpReceiver();
  const log: string[] = [];
  const server = await startTestServer({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: 'tams-under-test',
      LOG_LEVEL: 'debug',
      ...env,
    },
    log: (line) => log.push(line),
  });
  onTestFinished(() => receiver.close());
  return { server, receiver, log };
}

describe('a traced request', () => {
  it('is a span, with a child for each operation on the tables, in the trace of its caller', async () => {
    const { server, receiver } = await startTraced();
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, 'x-request-id': 'my-request' };
    const path = `/flows/${testId('flow', 1)}`;
    expect((await call(server.baseUrl, 'PUT', path, { json: flow, headers })).status).toBe(201);
    expect((await call(server.baseUrl, 'GET', `${path}?access_token=hush`)).status).toBe(200);
    expect((await call(server.baseUrl, 'GET', `/playback/t/hush${path}.m3u8`)).status).toBe(403);
    // What was not sent yet is sent when the server stops.
    await server.close();

    const put = receiver.spans.find(({ name }) => name === 'PUT /flows/:flowId');
    expect(put).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT_ID,
      service: 'tams-under-test',
      attributes: {
        'http.request.method': 'PUT',
        'http.route': '/flows/:flowId',
        'http.response.status_code': 201,
        'url.path': path,
        'tams.request_id': 'my-request',
      },
    });
    const children = receiver.spans.filter(({ parentSpanId }) => parentSpanId === put?.spanId);
    expect(children.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['insert flows', 'insert sources', 'transaction *']),
    );
    for (const { traceId, startMs, endMs } of children) {
      expect(traceId).toBe(TRACE_ID);
      expect(startMs).toBeGreaterThanOrEqual((put?.startMs ?? NaN) - 1);
      expect(endMs).toBeLessThanOrEqual((put?.endMs ?? NaN) + 1);
    }
    const get = receiver.spans.find(({ name }) => name === 'GET /flows/:flowId');
    expect(get?.traceId).not.toBe(TRACE_ID);
    expect(receiver.spans.filter(({ parentSpanId }) => parentSpanId === get?.spanId).map(({ name }) => name)).toContain(
      'select flows',
    );
    expect(JSON.stringify(receiver.spans)).not.toContain('hush');
  });

  it('has the operations of its own, whatever else is committed together with them', async () => {
    const { server, receiver } = await startTraced();
    const traceIds = Array.from({ length: 20 }, (_, index) => (index + 1).toString(16).padStart(32, '0'));
    const puts = traceIds.map((traceId, index) => {
      const id = testId('flow', 100 + index);
      const json = { ...flow, id, source_id: testId('source', 100 + index) };
      return call(server.baseUrl, 'PUT', `/flows/${id}`, {
        json,
        headers: { traceparent: `00-${traceId}-${PARENT_ID}-01` },
      });
    });
    expect((await Promise.all(puts)).map(({ status }) => status)).toEqual(puts.map(() => 201));
    await server.close();
    const inserts = receiver.spans.filter(({ name }) => name === 'insert flows').map(({ traceId }) => traceId);
    expect(inserts.sort()).toEqual(traceIds);
  });

  it('is named by its trace in errors and in the log', async () => {
    const { server, log } = await startTraced();
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, 'x-request-id': 'my-request' };
    const { json } = await call(server.baseUrl, 'GET', `/flows/${testId('flow', 9)}`, { headers });
    await server.close();
    expect(json).toMatchObject({ type: 'not_found', request_id: 'my-request', trace_id: TRACE_ID });
    const line = log
      .map((each) => JSON.parse(each) as Record<string, unknown>)
      .find(({ requestId }) => requestId === 'my-request');
    expect(line).toMatchObject({ traceId: TRACE_ID, type: 'not_found' });
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-${PARENT_ID}-01`, `00-${TRACE_ID}-${'0'.repeat(16)}-01`])(
    'begins a trace of its own where the caller sends %s',
    async (traceparent) => {
      const { server, receiver } = await startTraced();
      await call(server.baseUrl, 'GET', '/service', { headers: { traceparent } });
      await server.close();
      const [span] = receiver.spans.filter(({ name }) => name === 'GET /service');
      expect(span?.traceId).toMatch(/^[\da-f]{32}$/);
      expect([span?.parentSpanId ?? '', span?.traceId]).not.toContain(TRACE_ID);
      expect(span?.parentSpanId ?? '').toBe('');
    },
  );

  it.skipIf(findS3Server() === undefined)('has a child for each call on an object store', async () => {
    const s3 = await startS3Server(findS3Server() ?? '');
    onTestFinished(() => s3.close());
    const { server, receiver } = await startTraced({
      MEDIA_STORE: 's3',
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: 'media',
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    });
    await call(server.baseUrl, 'GET', '/readyz');
    await server.close();
    const ready = receiver.spans.find(({ name }) => name === 'GET /readyz');
    const child = receiver.spans.find(({ name }) => name === 'media health');
    expect(child?.parentSpanId).toBe(ready?.spanId);
  });
});

describe('tracing', () => {
  it('leaves errors without a trace where it is not configured', async () => {
    const server = await startTestServer({ env: { LOG_LEVEL: 'silent' } });
    onTestFinished(() => server.close());
    const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
    expect((await call(server.baseUrl, 'GET', '/nowhere', { headers })).json).not.toHaveProperty('trace_id');
  });

  it('says in the log that traces are lost, and serves requests as ever', async () => {
    const log: string[] = [];
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, LOG_LEVEL: 'warn' };
    const server = await startTestServer({ env, log: (line) => log.push(line) });
    expect((await call(server.baseUrl, 'GET', '/service')).status).toBe(200);
    await server.close();
    expect(log.join('')).toContain('traces could not be delivered');
  });
});
