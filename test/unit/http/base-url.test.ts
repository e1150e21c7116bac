import { describe, expect, it } from 'vitest';
import { appOver } from '../../support/app.ts';

const ONE_MORE_PAGE = { sources: { list: async () => Promise.resolve({ items: [], next: ['x'] }) } };
const linkOf = async (config: Parameters<typeof appOver>[1], headers: Record<string, string>, url = '/sources') => {
  const response = await (await appOver(ONE_MORE_PAGE, config)).inject({ url, headers });
  return response.statusCode === 200 ? String(response.headers.link) : response.json<{ summary: string }>().summary;
};

describe('URLs that lead back to the server', () => {
  it('start with the scheme and the host of the request', async () => {
    expect(await linkOf({}, { host: 'tams.example:8080' })).toMatch(/^<http:\/\/tams\.example:8080\/sources\?page=/);
    expect(await linkOf({}, { host: '[::1]:8080' })).toMatch(/^<http:\/\/\[::1\]:8080\/sources\?page=/);
  });

  it('start with the configured base, path included', async () => {
    const link = await linkOf({ publicUrl: 'https://media.example/tams/' }, { host: 'inner' });
    expect(link).toMatch(/^<https:\/\/media\.example\/tams\/sources\?page=/);
  });

  it('follow forwarded headers only where a proxy is trusted', async () => {
    const headers = { host: 'inner', 'x-forwarded-host': 'outer.example', 'x-forwarded-proto': 'https' };
    expect(await linkOf({}, headers)).toMatch(/^<http:\/\/inner\//);
    expect(await linkOf({ trustProxy: true }, headers)).toMatch(/^<https:\/\/outer\.example\//);
    expect(await linkOf({ trustProxy: ['10.0.0.0/8'] }, headers)).toMatch(/^<http:\/\/inner\//);
  });

  it.each(['a"b', 'a>b', 'a/b', 'user@host', 'a b'])('are not made of a Host header like %s', async (host) => {
    expect(await linkOf({}, { host })).toMatch(/Host header/);
  });

  it('hold no character that a Link header would have to quote', async () => {
    const link = await linkOf(
      {},
      { host: 'h' },
      '/sources?label=a,b;c%20d&tag.x=%3C%3E&page=&limit=2'.replace('page=&', ''),
    );
    expect(link).toMatch(/^<http:\/\/h\/sources\?label=a%2Cb%3Bc%20d&tag\.x=%3C%3E&limit=2&page=[\w-]+>; rel="next"$/);
  });

  it('hold the next page once, however the last one was written', async () => {
    const first = await linkOf({}, { host: 'h' });
    const key = /page=([\w-]+)/.exec(first)?.[1] ?? '';
    const link = await linkOf({}, { host: 'h' }, `/sources?p%61ge=${key}&limit=2`);
    expect(link).toMatch(/^<http:\/\/h\/sources\?limit=2&page=[\w-]+>; rel="next"$/);
  });
});
