import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityProvider } from '../../support/identity-provider.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

describe('GET /auth', () => {
  let provider: IdentityProvider;
  let server: TestServer;
  beforeAll(async () => {
    provider = await IdentityProvider.start();
    server = await startTestServer({ env: { ...provider.env, AUTH_OIDC_CLIENT_ID: 'page' } });
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });
  const ask = (headers: Record<string, string> = {}) => fetch(`${server.baseUrl}/auth`, { headers });
  const ways = { modes: ['jwt'], oidc: { client_id: 'page', scope: 'openid' } };

  it('tells anybody how to sign in', async () => {
    const answer = await ask();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ ...ways, oidc: { ...ways.oidc, issuer: provider.issuer } });
  });

  it('tells who the credentials are of, whatever their scopes', async () => {
    const token = await provider.token({ scope: 'tams:write', auth_classes: ['news'] });
    const answer = await ask({ authorization: `Bearer ${token}` });
    const principal = { name: 'alice', scopes: ['write'], classes: ['news'] };
    expect(await answer.json()).toMatchObject({ ...ways, principal });
  });

  it('refuses credentials that are none', async () => {
    const answer = await ask({ authorization: 'Bearer nothing' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });
});

it('without authentication everybody may do everything', async () => {
  const server = await startTestServer();
  try {
    const everything = { name: 'anonymous', scopes: ['read', 'write', 'delete', 'admin'] };
    expect(await (await fetch(`${server.baseUrl}/auth`)).json()).toEqual({ modes: [], principal: everything });
  } finally {
    await server.close();
  }
});
