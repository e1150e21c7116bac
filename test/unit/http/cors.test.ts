import { describe, expect, it } from 'vitest';
import { appOver } from '../../support/app.ts';

const preflight = (origin: string) => ({
  method: 'OPTIONS' as const,
  url: '/flows',
  headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
});

describe('cross-origin requests', () => {
  it('are allowed from anywhere, with every method and header that clients need', async () => {
    const response = await (await appOver({})).inject(preflight('https://player.example'));
    expect(response.statusCode).toBe(204);
    expect(response.headers['access-control-allow-origin']).toBe('*');
    expect(response.headers['access-control-allow-headers']).toBe('content-type');
    const methods = String(response.headers['access-control-allow-methods']).split(', ');
    expect(methods).toEqual(expect.arrayContaining(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']));
  });

  it('show scripts the headers that paging and locations need, on errors too', async () => {
    const app = await appOver({});
    for (const url of ['/', '/nowhere']) {
      const response = await app.inject({ url, headers: { origin: 'https://player.example' } });
      const exposed = String(response.headers['access-control-expose-headers']).toLowerCase().split(', ');
      expect(exposed).toEqual(
        expect.arrayContaining([
          'link',
          'location',
          'x-paging-limit',
          'x-paging-nextkey',
          'x-paging-timerange',
          'x-paging-count',
          'x-paging-reverse-order',
          'x-request-id',
        ]),
      );
    }
  });

  it('are allowed from configured origins only', async () => {
    const app = await appOver({}, { corsOrigins: ['https://a.example', 'https://b.example'] });
    const allowed = async (origin: string) =>
      (await app.inject(preflight(origin))).headers['access-control-allow-origin'];
    expect(await allowed('https://b.example')).toBe('https://b.example');
    expect(await allowed('https://c.example')).toBeUndefined();
  });

  it('are allowed from pages of this machine only, and differ by origin', async () => {
    const app = await appOver({}, { corsOrigins: 'loopback' });
    const answered = async (origin: string) => (await app.inject(preflight(origin))).headers;
    for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:3000', 'http://127.1.2.3:80']) {
      expect((await answered(origin))['access-control-allow-origin']).toBe(origin);
    }
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'null',
    ]) {
      const headers = await answered(origin);
      expect([headers['access-control-allow-origin'], headers['vary']], origin).toEqual([
        undefined,
        expect.stringMatching(/^Origin\b/),
      ]);
    }
  });
});
