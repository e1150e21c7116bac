import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type AssetBody, cuesOf, type VersionBody } from '../../support/search/search-api.ts';
import type { Api } from '../behaviour/support/api.ts';
import { type ClassServer, startClassServer, tagged } from './support/class-server.ts';

let world: ClassServer;
let as: ClassServer['as'];
/** By whose they are: a flow of that class, and an asset on it. */
const flows: Record<string, string> = {};
const assets: Record<string, string> = {};

const OWNERS: Readonly<Record<string, Record<string, unknown>>> = {
  news: tagged('news'),
  sport: tagged('sport'),
  open: {},
};
const EACH = 7;

/** Each of them has `EACH` segments with the word. */
async function say(api: Api, assetId: string, owner: string): Promise<VersionBody> {
  const texts = Array.from({ length: EACH }, (_, n) => `the kestrel of ${owner} number ${n}`);
  return api.must('PUT', `/search/assets/${assetId}/transcript`, { segments: cuesOf(texts) });
}

beforeAll(async () => {
  world = await startClassServer();
  as = world.as;
  for (const [owner, tags] of Object.entries(OWNERS)) {
    const flow = await as.admin.newFlow(tags);
    const body = { bucket: 'b', key: owner, link: { flow_id: flow } };
    const { id } = await as.admin.must<AssetBody>('POST', '/search/assets', body);
    await say(as.admin, id, owner);
    flows[owner] = flow;
    assets[owner] = id;
  }
  const { id } = await as.admin.must<AssetBody>('POST', '/search/assets', { bucket: 'b', key: 'unlinked' });
  await say(as.admin, id, 'unlinked');
});
afterAll(() => world.close());

const SEES: [keyof ClassServer['as'], string[]][] = [
  ['news', ['news', 'open']],
  ['sport', ['open', 'sport']],
  ['both', ['news', 'open', 'sport']],
  ['nobody', ['open']],
  ['everybody', ['news', 'open', 'sport', 'unlinked']],
  ['admin', ['news', 'open', 'sport', 'unlinked']],
];

describe.each(SEES)('%s', (name, visible) => {
  it.each(['keyword', 'semantic', 'hybrid'])(
    'finds what it may see by a %s search, in totals and full pages of that alone',
    async (type) => {
      const found: string[] = [];
      const expected = visible.length * EACH;
      for (let offset = 0; offset < expected; offset += 5) {
        const page = await as[name].get<Answer>(`/search?q=kestrel&type=${type}&limit=5&offset=${offset}`);
        expect(page.total).toBe(expected);
        expect(page.hits).toHaveLength(Math.min(5, expected - offset));
        found.push(...page.hits.map(({ asset }) => asset.key));
      }
      expect([...new Set(found)].toSorted()).toEqual(visible);
      const post = await as[name].must<Answer>('POST', '/search', { q: 'kestrel', type });
      expect(post.total).toBe(expected);
      const range = await as[name].get<Answer>(`/search?q=kestrel&type=${type}&timerange=[0:0_1:0)`);
      expect(range.total).toBe(visible.length);
    },
  );

  it('lists what it may see, in full pages', async () => {
    const listed: string[] = [];
    const pages: number[] = [];
    for await (const { items } of as[name].pages<AssetBody>('/search/assets?bucket=b&limit=2')) {
      listed.push(...items.map(({ key }) => key));
      pages.push(items.length);
    }
    expect(listed.toSorted()).toEqual(visible);
    expect(pages.slice(0, -1).every((count) => count === 2)).toBe(true);
  });
});

describe('a class', () => {
  it('finds nothing by the names of what it may not see', async () => {
    for (const type of ['keyword', 'semantic', 'hybrid']) {
      const answer = await as.news.get<Answer>(`/search?q=kestrel&type=${type}&flow_id=${flows['sport'] ?? ''}`);
      expect([answer.total, answer.hits], type).toEqual([0, []]);
    }
  });

  it('cannot take over an asset that it may not see, nor put one on a flow that it may not see', async () => {
    const taken = await as.news.send('POST', '/search/assets', { bucket: 'b', key: 'sport', link: null });
    expect(taken.status).toBe(404);
    const link = { flow_id: flows['sport'] ?? '' };
    const none = { flow_id: randomUUID() };
    const own = assets['news'] ?? '';
    for (const asked of [link, none]) {
      const put = await as.news.send('PUT', `/search/assets/${own}/link`, asked);
      expect([put.status, put.text]).toEqual([400, expect.stringContaining(`There is no flow ${asked.flow_id}.`)]);
      const posted = await as.news.send('POST', '/search/assets', { bucket: 'b', key: 'new', link: asked });
      expect(posted.status).toBe(400);
    }
    expect(await as.admin.get(`/search/assets/${own}`)).toMatchObject({ link: { flow_id: flows['news'] } });
    expect((await as.admin.get<Answer>('/search?q=kestrel&type=keyword')).total).toBe(4 * EACH);
  });

  it('sees what moves into its view, and no more what moves out of it', async () => {
    const flow = await as.admin.newFlow(tagged('sport'));
    const body = { bucket: 'moving', key: 'k', link: { flow_id: flow } };
    const { id } = await as.admin.must<AssetBody>('POST', '/search/assets', body);
    await as.admin.must('PUT', `/search/assets/${id}/transcript`, { segments: cuesOf(['a harrier']) });
    const totals = async (): Promise<number[]> =>
      Promise.all(
        ['keyword', 'semantic'].map(
          async (type) => (await as.news.get<Answer>(`/search?q=harrier&type=${type}&bucket=moving`)).total,
        ),
      );
    expect(await totals()).toEqual([0, 0]);
    await as.admin.must('PUT', `/flows/${flow}/tags/auth_classes`, 'news');
    expect(await totals()).toEqual([1, 1]);
    await as.admin.must('PUT', `/flows/${flow}/tags/auth_classes`, 'sport');
    expect(await totals()).toEqual([0, 0]);
    await as.admin.must('PUT', `/flows/${flow}/tags/auth_classes`, 'news');
    expect(await totals()).toEqual([1, 1]);
    await as.admin.must('DELETE', `/search/assets/${id}/link`);
    expect(await totals()).toEqual([0, 0]);
  });

  it('gets scores and an order that words of others do not change', async () => {
    const api = as.news;
    const flow = await api.newFlow(tagged('news'));
    const body = { bucket: 'scored', key: 'own', link: { flow_id: flow } };
    const { id } = await api.must<AssetBody>('POST', '/search/assets', body);
    const own = ['a merlin', 'a merlin and a hobby and a hobby', 'the hobby', 'one more hobby that is long to tell of'];
    await api.must('PUT', `/search/assets/${id}/transcript`, { segments: cuesOf(own) });
    const asked = ['merlin', 'merlin%20OR%20hobby', 'merlin%20hobby', 'hob*', '%22a%20hobby%22%20OR%20merlin'];
    const found = (name: 'news' | 'admin'): Promise<unknown[]> =>
      Promise.all(
        ['type=keyword', 'type=hybrid', 'type=hybrid&fusion=weighted'].flatMap((type) =>
          asked.map(async (q) => {
            const { hits } = await as[name].get<Answer>(`/search?q=${q}&${type}&bucket=scored`);
            return hits.map(({ text, score }) => [text, score]);
          }),
        ),
      );
    const [before, all] = await Promise.all([found('news'), found('admin')]);
    expect(before).toEqual(all);
    expect(before[1]).toHaveLength(own.length);
    for (const [word, count] of [
      ['merlin', 40],
      ['hobby', 3],
      ['kite', 50],
    ] as const) {
      const hidden = await as.sport.newFlow(tagged('sport'));
      const place = { bucket: 'scored', key: word, link: { flow_id: hidden } };
      const asset = await as.sport.must<AssetBody>('POST', '/search/assets', place);
      const texts = Array.from({ length: count }, (_, n) => `${`${word} `.repeat(1 + (n % 5))} number ${n}`);
      await as.sport.must('PUT', `/search/assets/${asset.id}/transcript`, { segments: cuesOf(texts) });
      expect(await found('news')).toEqual(before);
    }
    expect(await found('admin')).not.toEqual(all);
  });

  it('sees no asset on no flow, and can neither make one nor take one off its flow', async () => {
    const own = assets['news'] ?? '';
    const refused = [
      await as.news.send('POST', '/search/assets', { bucket: 'b', key: 'nowhere' }),
      await as.news.send('POST', '/search/assets', { bucket: 'b', key: 'news', link: null }),
      await as.news.send('DELETE', `/search/assets/${own}/link`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(refused.every(({ text }) => text.includes('outside_own_classes'))).toBe(true);
    const [unlinked] = await as.admin.get<AssetBody[]>('/search/assets?bucket=b&key_prefix=unlinked');
    expect(await as.admin.get<AssetBody[]>('/search/assets?bucket=b&key_prefix=nowhere')).toEqual([]);
    for (const path of ['', '/transcript', '/versions']) {
      expect((await as.news.send('GET', `/search/assets/${unlinked?.id ?? ''}${path}`)).status, path).toBe(404);
    }
    // What it may see already may be told of again, without its link.
    expect((await as.news.send('POST', '/search/assets', { bucket: 'b', key: 'news' })).status).toBeLessThan(300);
  });
});
