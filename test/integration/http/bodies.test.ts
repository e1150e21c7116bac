import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { startTestServer } from '../../support/test-server.ts';

const flow = { id: testId('flow', 1), source_id: testId('source', 1) };
const label = `/flows/${flow.id}/label`;
const JSON_TYPE = { 'content-type': 'application/json' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { BODY_LIMIT_BYTES: '100000' } });
  expect((await send('PUT', `/flows/${flow.id}`, { json: videoFlow(flow, { label: 'first' }) })).status).toBe(201);
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);
const typeOf = (result: { json: unknown }) => (result.json as { type: string }).type;

describe('bodies', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'are JSON, as %s',
    async (type) => {
      expect((await send('PUT', label, { body: '"ü"', headers: { 'content-type': type } })).status).toBe(204);
      expect((await send('GET', label)).json).toBe('ü');
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    'of type %s are a 400',
    async (type) => {
      const result = await send('PUT', label, { body: '"x"', headers: { 'content-type': type } });
      expect([result.status, typeOf(result)]).toEqual([400, 'unsupported_media_type']);
    },
  );

  it.each(['{', '"open', 'text', '{"a":1,}', "{'a':1}", '\u0000', 'null'])(
    'that are not JSON, or null, are a 400: %s',
    async (body) => {
      const result = await send('PUT', `/flows/${flow.id}`, { body, headers: JSON_TYPE });
      expect([result.status, typeOf(result)]).toEqual([400, 'invalid_request']);
    },
  );

  it('without a type are JSON', async () => {
    // `fetch` would name a type.
    const status = await new Promise((resolve, reject) => {
      const sending = request(server.baseUrl + label, { method: 'PUT' });
      sending.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
      sending.end('"untyped"');
    });
    expect([status, (await send('GET', label)).json]).toEqual([204, 'untyped']);
  });

  it('that are empty are none, whatever their type', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await send('DELETE', `/flows/${flow.id}/description`, { body: '', headers })).status).toBe(204);
    expect((await send('PUT', label, { body: '', headers })).status).toBe(400);
  });

  it('may be left out of a request for storage, but not be null', async () => {
    const path = `/flows/${flow.id}/storage`;
    expect((await send('POST', path)).status).toBe(201);
    const result = await send('POST', path, { body: 'null' });
    expect([result.status, result.text]).toEqual([400, expect.stringContaining('body must not be null')]);
  });

  it('that are not UTF-8 are a 400, and change nothing', async () => {
    const before = (await send('GET', label)).json;
    const latin1 = Buffer.from('"caf\u00e9"', 'latin1');
    const response = await fetch(server.baseUrl + label, { method: 'PUT', headers: JSON_TYPE, body: latin1 });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('UTF-8')]);
    expect((await send('GET', label)).json).toBe(before);
  });

  it('that are compressed are a 400 that says so', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const response = await fetch(server.baseUrl + label, { method: 'PUT', headers, body: gzipSync('"x"') });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('content-encoding')]);
  });

  it('that are larger than the limit are a 413', async () => {
    const result = await send('PUT', label, { json: 'x'.repeat(100_000) });
    expect([result.status, typeOf(result)]).toEqual([413, 'payload_too_large']);
  });

  it.each([{ 'content-length': '10000000' }, { 'transfer-encoding': 'chunked' }])(
    'of 10 MB are refused with an answer, also to clients that read it only when all is sent: %j',
    async (headers) => {
      const body = Buffer.alloc(10_000_000, '"');
      const url = server.baseUrl + label;
      const status = await new Promise((resolve, reject) => {
        const sending = request(url, { method: 'PUT', headers: { ...JSON_TYPE, ...headers } });
        sending.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
        sending.end(body);
      });
      expect(status).toBe(413);
      expect((await send('GET', '/service')).status).toBe(200);
    },
  );

  it('that are nested very deep are a 400', async () => {
    const deep = '['.repeat(40_000) + ']'.repeat(40_000);
    const body = JSON.stringify(videoFlow(flow)).replace(/}$/, `,"x":${deep}}`);
    expect((await send('PUT', `/flows/${flow.id}`, { body, headers: JSON_TYPE })).status).toBe(400);
    expect((await send('POST', `/flows/${flow.id}/segments`, { body: deep, headers: JSON_TYPE })).status).toBe(400);
  });
});

describe('odd requests', () => {
  it.each([
    ['PATCH', `/flows/${flow.id}`, 405],
    ['GET', '/flows/', 404],
    ['GET', '//flows', 404],
    ['GET', '/FLOWS', 404],
    ['GET', `/flows/${flow.id}/nothing`, 404],
    ['OPTIONS', '/flows', 204],
  ])('%s %s are answered with %d', async (method, path, status) => {
    expect((await send(method, path)).status).toBe(status);
  });

  it('with SQL, control characters or markers in any place never break the server', async () => {
    const odd = [
      "' OR 1=1 --",
      '"; DROP TABLE flows; --',
      '%',
      '_',
      '\u0000',
      '\u202e',
      '\ud83c\udfac',
      '${7*7}',
      '{{x}}',
      '\\',
    ];
    for (const text of odd) {
      const q = encodeURIComponent(text);
      for (const path of [
        `/flows?label=${q}`,
        `/flows?tag.${q}=${q}`,
        `/flows?tag_exists.${q}=true`,
        `/flows?codec=a/${q}`,
        `/sources?label=${q}&tag.${q}=${q}`,
        `/flows/${flow.id}/segments?object_id=${q}&accept_get_urls=${q}`,
        `/flows/${flow.id}/tags/${q}`,
        `/objects/${q}`,
        `/flow-delete-requests/${q}`,
        `/flows?page=${q}`,
      ]) {
        const result = await send('GET', path);
        expect([path, result.status < 500]).toEqual([path, true]);
        if (result.status === 200 && Array.isArray(result.json)) expect([path, result.json]).toEqual([path, []]);
      }
      const tag = `/flows/${flow.id}/tags/${q}`;
      const put = await send('PUT', tag, { json: text });
      expect([tag, put.status < 500]).toEqual([tag, true]);
      if (put.status === 204) expect((await send('GET', tag)).json).toBe(text);
    }
    expect((await send('GET', '/flows')).json).toHaveLength(1);
  });
});
