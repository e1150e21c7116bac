import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testId, videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer, WORKERS } from '../../support/test-server.ts';
import { AUDIENCE, IdentityProvider } from '../../support/identity-provider.ts';
import { until } from '../behaviour/support/api.ts';
import { bearer, refusalOf } from './support/requests.ts';

const nowS = (): number => Math.floor(Date.now() / 1000);

let provider: IdentityProvider;
let server: TestServer;
beforeAll(async () => {
  provider = await IdentityProvider.start();
  server = await startTestServer({
    env: {
      ...provider.env,
      AUTH_AUDIENCE: `${AUDIENCE},4h57kd0s`,
      AUTH_CLOCK_SKEW_S: '20',
      AUTH_SCOPES_MAP: 'https://mam.example/view=read,everything=admin',
    },
  });
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

const get = async (claims: Record<string, unknown>, path = '/service') =>
  bearer(server.baseUrl, await provider.token({ scope: 'read', ...claims }), 'GET', path);

describe('a JWT', () => {
  it('names who created and who changed a flow', async () => {
    const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });
    const put = async (sub: string) =>
      bearer(server.baseUrl, await provider.token({ sub, scope: 'write' }), 'PUT', `/flows/${flow.id}`, { json: flow });
    expect((await put('alice')).json).toMatchObject({ created_by: 'alice', updated_by: 'alice' });
    expect((await put('bob')).status).toBe(204);
    const { json } = await get({ sub: 'carol' }, `/flows/${flow.id}`);
    expect(json).toMatchObject({ created_by: 'alice', updated_by: 'bob' });
  });

  it('may be of a client, without a subject', async () => {
    expect((await get({ sub: null, client_id: 'ingest' })).status).toBe(200);
    expect(refusalOf(await get({ sub: null }))).toEqual([401, 'unauthorized']);
  });

  it.each([
    { scope: 'read' },
    { scope: 'openid tams:read profile' },
    { scope: null, scp: 'read' },
    { scope: null, scp: ['tams:read', 'other'] },
    { scope: 'write', scp: ['read'] },
    { scope: 'tams:admin' },
    { scope: 'tams-api/read tams-api/write tams-api/delete' },
    { scope: 'tams-api/admin' },
    { scope: 'https://mam.example/view' },
    { scope: null, scp: ['everything'] },
  ])('has its scopes in scope or scp, with or without a prefix: %o', async (claims) => {
    expect((await get(claims)).status).toBe(200);
  });

  it.each([
    { scope: 'READ' },
    { scope: 'other:read' },
    { scope: 'tams-api/tams:read' },
    { scope: 'constructor' },
    { scope: 'read,write' },
    { scope: 5 },
    { scope: null },
  ])('has no scopes but those that are spelled right: %o', async (claims) => {
    const answer = await get(claims);
    expect(refusalOf(answer)).toEqual([403, 'insufficient_scope']);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="TAMS", error="insufficient_scope", scope="read"',
    );
  });

  it('is refused with the reason, which RFC 6750 calls invalid_token', async () => {
    const answer = await get({ exp: nowS() - 100 });
    expect(answer.json).toMatchObject({ type: 'unauthorized', summary: 'The token has expired' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="TAMS", error="invalid_token"');
  });

  it('may be off by the clock skew, and by no more', async () => {
    expect((await get({ exp: nowS() - 10 })).status).toBe(200);
    expect((await get({ nbf: nowS() + 10 })).status).toBe(200);
    expect((await get({ exp: nowS() - 30 })).status).toBe(401);
    expect((await get({ nbf: nowS() + 30 })).status).toBe(401);
  });

  it('is refused when it expires, although it was verified before', async () => {
    const status = async (token: string) => (await bearer(server.baseUrl, token, 'GET', '/service')).status;
    // One that was good for a moment at least, also where this process stood still.
    const token = await until(async () => {
      const next = await provider.token({ scope: 'read', exp: nowS() - 18 });
      return (await status(next)) === 200 ? next : undefined;
    });
    await expect.poll(() => status(token)).toBe(401);
  });

  it('may have several audiences', async () => {
    expect((await get({ aud: ['https://other.example', AUDIENCE] })).status).toBe(200);
  });

  it('is for the client that it names, if it has no audience', async () => {
    expect((await get({ aud: null, client_id: '4h57kd0s' })).status).toBe(200);
    expect((await get({ aud: null, client_id: 'another' })).status).toBe(401);
    expect((await get({ aud: null })).status).toBe(401);
    expect((await get({ aud: [], client_id: '4h57kd0s' })).status).toBe(401);
    expect((await get({ aud: 'https://other.example', client_id: '4h57kd0s' })).status).toBe(401);
  });

  it('must have classes that are a list, if it has any', async () => {
    expect((await get({ auth_classes: ['news', 'sport'] })).status).toBe(200);
    expect((await get({ auth_classes: 'news' })).status).toBe(401);
  });

  it('is verified once, however often it is used', async () => {
    const token = await provider.token({ scope: 'read' });
    const before = provider.fetches;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => bearer(server.baseUrl, token, 'GET', '/service')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(provider.fetches - before).toBeLessThanOrEqual(WORKERS);
  });

  it.each(['RS256', 'PS512', 'ES384', 'EdDSA'])('may be signed with %s', async (algorithm) => {
    const other = await IdentityProvider.start();
    await other.addKey(algorithm);
    const its = await startTestServer({ env: other.env });
    try {
      const token = await other.token({ scope: 'read' });
      expect((await bearer(its.baseUrl, token, 'GET', '/service')).status).toBe(200);
    } finally {
      await its.close();
      await other.close();
    }
  });
});

describe('an identity provider', () => {
  let its: TestServer;
  let other: IdentityProvider;
  beforeEach(async () => {
    other = await IdentityProvider.start();
    its = await startTestServer({ env: { ...other.env, LOG_LEVEL: 'silent' } });
  });
  afterEach(async () => {
    await its.close();
    await other.close();
  });
  const ask = async (claims = {}) =>
    bearer(its.baseUrl, await other.token({ scope: 'read', ...claims }), 'GET', '/service');

  it('may rotate its keys: the new one is known within seconds, and tokens of a stranger never are', async () => {
    expect((await ask()).status).toBe(200);
    const old = await other.token({ sub: 'old', scope: 'read' });
    await other.rotate();
    await expect.poll(async () => (await ask()).status, { interval: 200 }).toBe(200);
    // Each process asks for itself, when it sees the new key, and at most once for each key.
    const oldOne = async () => {
      await ask();
      return refusalOf(await bearer(its.baseUrl, old, 'GET', '/service'));
    };
    await expect.poll(oldOne, { interval: 200 }).toEqual([401, 'unauthorized']);
    expect(other.fetches).toBeLessThanOrEqual(2 * WORKERS);
  });

  it('is not asked for each token of an unknown key', async () => {
    expect((await ask()).status).toBe(200);
    const stranger = await IdentityProvider.start(other.issuer);
    await stranger.rotate();
    for (let i = 0; i < 20; i++) {
      const token = await stranger.token({ sub: `nobody-${i}`, scope: 'read' });
      expect((await bearer(its.baseUrl, token, 'GET', '/service')).status).toBe(401);
    }
    await stranger.close();
    expect(other.fetches).toBeLessThanOrEqual(2 * WORKERS);
  });

  it('that cannot be reached is a 503 until it can: the token may be good', async () => {
    other.isDown = true;
    const answer = await ask();
    expect(refusalOf(answer)).toEqual([503, 'authentication_unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask({ sub: `user-${i}` })));
    expect(other.fetches).toBeLessThanOrEqual(WORKERS);
    other.isDown = false;
    await expect.poll(async () => (await ask()).status, { interval: 200 }).toBe(200);
  });
});
