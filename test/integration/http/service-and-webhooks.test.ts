import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testId } from '../../support/examples.ts';
import type { CallOptions } from '../../support/http-client.ts';
import { call } from '../../support/http-client.ts';
import type { TestServer } from '../../support/test-server.ts';
import { startTestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const send = (method: string, path: string, options?: CallOptions) => call(server.baseUrl, method, path, options);
const summaryOf = (result: { json: unknown }) => (result.json as { summary: string }).summary;

describe('the root and the service', () => {
  it('names the paths of the API', async () => {
    expect((await send('GET', '/')).json).toEqual(['service', 'flows', 'sources', 'flow-delete-requests']);
    expect((await send('HEAD', '/')).status).toBe(200);
  });

  it('says what it is, and keeps the name that it is given', async () => {
    const before = await send('GET', '/service');
    expect(before.json).toMatchObject({
      api_version: '7.0',
      type: expect.stringMatching(/^urn:x-tams:service/) as string,
    });
    const changed = await send('POST', '/service', { json: { name: 'Ours', description: 'For tests' } });
    expect([changed.status, changed.text]).toEqual([200, '']);
    await send('POST', '/service', { json: { name: 'Ours again', type: 'ignored', unknown: 1 } });
    const { json } = await send('GET', '/service');
    expect(json).toEqual({ ...(before.json as object), name: 'Ours again', description: 'For tests' });
  });

  it.each([
    [{ name: 5 }, 'body/name'],
    [{ description: null }, 'body/description'],
    [[], 'body'],
    ['text', 'body'],
    [null, 'body'],
  ])('refuses %j, naming %s', async (json, field) => {
    const result = await send('POST', '/service', { json });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
  });

  it('lists its storage backends, with HEAD as with GET', async () => {
    const result = await send('GET', '/service/storage-backends');
    expect(result.json).toEqual([
      expect.objectContaining({
        store_type: 'http_object_store',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      }),
    ]);
    const head = await send('HEAD', '/service/storage-backends');
    expect([head.status, head.text, head.headers.get('content-type')]).toEqual([
      200,
      '',
      result.headers.get('content-type'),
    ]);
  });
});

describe('webhooks', () => {
  const webhook = {
    url: 'https://hook.example.com/a',
    api_key_name: 'X-Key',
    api_key_value: 'hush',
    events: ['flows/created'],
  };
  const listed = async () => (await send('GET', '/service/webhooks')).json;

  it('are registered, changed and removed, and never show their key', async () => {
    const created = await send('POST', '/service/webhooks', { json: webhook });
    expect(created.status, created.text).toBe(201);
    const { api_key_value: _key, ...shown } = webhook;
    expect(created.json).toEqual(shown);
    const events = ['flows/deleted', 'sources/created'];
    expect(
      (await send('POST', '/service/webhooks', { json: { ...webhook, events, flow_ids: [testId('flow', 1)] } })).status,
    ).toBe(201);
    expect(await listed()).toEqual([{ ...shown, events, flow_ids: [testId('flow', 1)] }]);
    expect((await send('HEAD', '/service/webhooks')).status).toBe(200);
    const removed = await send('POST', '/service/webhooks', { json: { ...webhook, events: [] } });
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['body/url', { url: undefined }],
    ['body/url', { url: 5 }],
    ['url', { url: 'not a url' }],
    ['body/events', { events: undefined }],
    ['body/events/1', { events: ['flows/created', 'flows/renamed'] }],
    ['body/flow_ids/0', { flow_ids: ['x'] }],
    ['body/accept_storage_ids/0', { accept_storage_ids: ['x'] }],
    ['body/presigned', { presigned: 'true' }],
  ])('are refused, naming %s', async (field, change) => {
    const result = await send('POST', '/service/webhooks', { json: { ...webhook, ...change } });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
    expect(await listed()).toEqual([]);
  });
});

describe('the documentation', () => {
  it('is the OpenAPI document, and pages to read it', async () => {
    const { json } = await send('GET', '/openapi.json');
    expect(Object.keys((json as { paths: object }).paths)).toContain('/flows/{flowId}/segments');
    const page = await send('GET', '/docs/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('swagger-ui');
  });
});
