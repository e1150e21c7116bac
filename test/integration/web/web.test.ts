import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the page', () => {
  let server: TestServer;
  beforeAll(async () => {
    const tokens = { AUTH_MODE: 'token', WEB_ORIGINS: 'https://media.example' };
    server = await startTestServer({ env: { ...tokens, PUBLIC_URL: 'http://localhost/tams' } });
  });
  afterAll(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.baseUrl}${path}`, { headers, redirect: 'manual' });

  it('is where / sends browsers, and nobody else', async () => {
    const sent = await get('/', BROWSER);
    expect([sent.status, sent.headers.get('location')]).toEqual([302, '/tams/ui/']);
    for (const accept of ['*/*', 'application/json']) {
      const answer = await get('/', { accept });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('vary')).toContain('Accept');
    }
    expect((await get('/flows', BROWSER)).status).toBe(401);
  });

  it('is public at every address below /ui, under the path of PUBLIC_URL, with a strict policy', async () => {
    for (const path of ['/ui/', '/ui/flows/3b7b1d8e-0f0a-4b7c-9c51-dd21d5e7e9c1?at=_']) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('<base href="/tams/ui/" />');
      const policy = answer.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("connect-src 'self' blob: http://localhost https://media.example;");
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
    expect((await get('/ui')).headers.get('location')).toBe('/tams/ui/');
  });

  it('has its files for ever, and compressed; one that is gone is a 404', async () => {
    const html = await (await get('/ui/')).text();
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const answer = await get(`/ui/${script}`, { 'accept-encoding': 'br' });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
    expect((await get('/ui/assets/index-gone.js')).status).toBe(404);
    expect((await get('/ui/..%2f..%2fpackage.json')).headers.get('content-type')).toContain('text/html');
  });
});

it('with WEB=false there is no page, and / is for programs alone', async () => {
  const server = await startTestServer({ env: { WEB: 'false' } });
  try {
    expect((await fetch(`${server.baseUrl}/ui/`)).status).toBe(404);
    const root = await fetch(`${server.baseUrl}/`, { headers: BROWSER });
    expect(await root.json()).toContain('flows');
  } finally {
    await server.close();
  }
});
