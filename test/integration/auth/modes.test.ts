import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';
import { onAuthStore } from './support/auth-store.ts';
import { basic, bearer, tokensFile } from './support/requests.ts';
import { RawClient } from '../operation/support/raw-client.ts';

const TOKEN = 'c29tZSB0b2tlbiBvZiBzb21lYm9keQ';
const PASSWORD = 'correct horse battery';

let folder: string;
let provider: IdentityProvider;
let server: TestServer | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-modes-'));
  provider = await IdentityProvider.start();
  const addUser = (users: UserAdmin) => users.add({ name: 'alice', scopes: ['admin'], classes: undefined }, PASSWORD);
  await onAuthStore(folder, (store) => addUser(new UserAdmin(store, 'test')));
});
afterEach(() => server?.close());
afterAll(async () => {
  await provider.close();
  await rm(folder, { recursive: true });
});

async function start(modes: string): Promise<string> {
  const env = {
    ...(modes.includes('jwt') && provider.env),
    ...(modes.includes('token') && {
      AUTH_TOKENS_FILE: tokensFile(folder, [{ name: 'robot', token: TOKEN, scopes: ['admin'] }]),
    }),
    AUTH_MODE: modes,
  };
  server = await startTestServer({ dataDir: folder, env });
  return server.baseUrl;
}

describe('AUTH_MODE', () => {
  it.each([
    ['none', ['none', 'jwt', 'token', 'basic', 'url_token']],
    ['jwt', ['jwt']],
    ['token', ['token']],
    ['basic', ['basic']],
    ['url_token', ['url_token']],
    ['jwt,token', ['jwt', 'token']],
    ['jwt,basic', ['jwt', 'basic']],
    ['token,url_token', ['token', 'url_token']],
    ['jwt,token,basic,url_token', ['jwt', 'token', 'basic', 'url_token']],
  ])('%s admits exactly what it lists', async (modes, admitted) => {
    const baseUrl = await start(modes);
    const jwt = await provider.token({ scope: 'admin' });
    const statuses = {
      none: (await call(baseUrl, 'GET', '/service')).status,
      jwt: (await bearer(baseUrl, jwt, 'GET', '/service')).status,
      token: (await bearer(baseUrl, TOKEN, 'GET', '/service')).status,
      basic: (await basic(baseUrl, 'alice', PASSWORD)).status,
      url_token: (await call(baseUrl, 'GET', `/service?access_token=${TOKEN}`)).status,
    };
    const expected = Object.fromEntries(
      Object.keys(statuses).map((mode) => [mode, admitted.includes(mode) ? 200 : 401]),
    );
    expect(statuses).toEqual(expected);
  });

  it('decides which schemes a 401 offers, and which the document shows', async () => {
    const baseUrl = await start('token,basic');
    const refused = await call(baseUrl, 'GET', '/flows');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="TAMS", Basic realm="TAMS", charset="UTF-8"');
    const { json } = await call(baseUrl, 'GET', '/openapi.json');
    const document = json as {
      components: { securitySchemes: object };
      paths: Record<string, { post: { security: unknown } }>;
    };
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer_token_auth', 'basic_auth']);
    expect(document.paths['/service']?.post.security).toEqual([
      { bearer_token_auth: ['admin'] },
      { basic_auth: ['admin'] },
    ]);
  });
});

describe('without credentials', () => {
  it('the documentation can be read, and nothing else', async () => {
    const baseUrl = await start('token');
    const statusOf = async (path: string, method = 'GET') => (await call(baseUrl, method, path)).status;
    for (const path of ['/docs', '/docs/', '/docs/static/index.html', '/openapi.json']) {
      expect(await statusOf(path), path).toBe(200);
    }
    for (const path of ['/', '/service', '/flows', '/flows/x', '/Flows', '//flows', '/flows/']) {
      expect(await statusOf(path), path).not.toBe(200);
    }
    // An ordinary client would take the dots out.
    const client = await RawClient.open(baseUrl);
    client.send('GET /docs/../flows?limit=0 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 404 /);
    client.close();
    expect(await statusOf('/nowhere')).toBe(404);
    expect(await statusOf('/service', 'PATCH')).toBe(405);
  });

  it('browsers can ask what they may send, and read why they were refused', async () => {
    const baseUrl = await start('token');
    const headers = {
      origin: 'https://player.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await call(baseUrl, 'OPTIONS', '/flows', { headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
    const refused = await call(baseUrl, 'GET', '/flows', { headers: { origin: 'https://player.example' } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate/);
  });

  it('signed media URLs work, for the signature is the right', async () => {
    const baseUrl = await start('token');
    const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });
    await bearer(baseUrl, TOKEN, 'PUT', `/flows/${flow.id}`, { json: flow });
    const storage = await bearer(baseUrl, TOKEN, 'POST', `/flows/${flow.id}/storage`, { json: { limit: 1 } });
    const { media_objects: objects } = storage.json as {
      media_objects: { object_id: string; put_url: { url: string; 'content-type': string } }[];
    };
    const [object] = objects;
    if (object === undefined) throw new Error('nothing was allocated');
    const headers = { 'content-type': object.put_url['content-type'] };
    expect((await fetch(object.put_url.url, { method: 'PUT', body: 'media', headers })).status).toBe(200);
    const json = { object_id: object.object_id, timerange: '[0:0_1:0)' };
    expect((await bearer(baseUrl, TOKEN, 'POST', `/flows/${flow.id}/segments`, { json })).status).toBe(201);
    const page = await bearer(baseUrl, TOKEN, 'GET', `/flows/${flow.id}/segments`);
    const [
      {
        get_urls: [{ url }],
      },
    ] = page.json as [{ get_urls: [{ url: string }] }];
    expect(await (await fetch(url)).text()).toBe('media');
    expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(403);
  });

  it('a large body is refused before it is read', async () => {
    const baseUrl = await start('token');
    const body = JSON.stringify({ label: 'x'.repeat(100_000) });
    expect((await call(baseUrl, 'POST', '/service', { body })).status).toBe(401);
    expect((await call(baseUrl, 'POST', '/service', { body: 'no JSON' })).status).toBe(401);
  });
});
