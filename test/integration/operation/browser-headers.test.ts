import { describe, expect, it, onTestFinished } from 'vitest';
import { call } from '../../support/http-client.ts';
import { startTestServer } from '../../support/test-server.ts';

async function start(env: Record<string, string> = {}): Promise<string> {
  const server = await startTestServer({ env: { LOG_LEVEL: 'silent', ...env } });
  onTestFinished(() => server.close());
  return server.baseUrl;
}

describe('headers for browsers', () => {
  it('protect the pages of the documentation, which still find all of their parts', async () => {
    const baseUrl = await start();
    const { status, headers, text } = await call(baseUrl, 'GET', '/docs/');
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // The policy allows no script within the page, and none of another origin.
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).not.toMatch(/^(https?:)?\/\//);
      expect((await call(baseUrl, 'GET', new URL(part, `${baseUrl}/docs/`).pathname)).status, part).toBe(200);
    }
  });

  it('let the pages call the API under its public URL', async () => {
    const { headers } = await call(
      await start({ AUTH_MODE: 'none', PUBLIC_URL: 'https://tams.example/v7' }),
      'GET',
      '/docs/',
    );
    expect(headers.get('content-security-policy')).toContain("connect-src 'self' https://tams.example;");
  });

  it('are one for answers of the API: nobody guesses at their type', async () => {
    const baseUrl = await start();
    for (const path of ['/flows', '/nowhere', '/readyz']) {
      const { headers } = await call(baseUrl, 'GET', path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy'), path).toBeNull();
    }
  });
});
