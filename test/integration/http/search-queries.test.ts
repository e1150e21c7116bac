import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HashingEmbedder } from '../../../src/features/search/rules/embedding.ts';
import { type Answer, type Hit, SearchApi } from '../../support/search/search-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let api: SearchApi;
let flow: string;
let source: string;

const WEATHER = ['a storm warning for the coast', 'sunshine in the south', 'the storm moves on to the east'];
const SPORT = ['the match ends in a draw', 'a storm of goals in the second half'];

beforeAll(async () => {
  server = await startTestServer();
  api = new SearchApi(server.baseUrl);
  flow = await api.newFlow();
  ({ source_id: source } = await api.get<{ source_id: string }>(`/flows/${flow}`));
  const weather = await api.asset('weather.mp4', { bucket: 'news', link: { flow_id: flow, offset: '100:0' } });
  await api.say(weather.id, WEATHER, { speaker: 'Ann', language: 'en' });
  const sport = await api.asset('sport.mp4', { bucket: 'sport' });
  await api.say(sport.id, SPORT, { speaker: 'Bob', language: 'en-GB' });
  // The second of each ten seconds has a segment.
  await api.fill(flow, 130);
});
afterAll(() => server.close());

const textsOf = ({ hits }: Answer): string[] => hits.map(({ text }) => text);
const post = (body: object): Promise<Answer> => api.must('POST', '/search', body);

describe('a hit', () => {
  it('tells what was said, by whom, and when, and leads to the segments that hold it', async () => {
    const { hits, ...answer } = await api.search({ q: 'warning', type: 'keyword' });
    expect(answer).toEqual({ type: 'keyword', total: 1, limit: 10, offset: 0 });
    const [hit] = hits as [Hit];
    expect(hit).toMatchObject({
      asset: { bucket: 'news', key: 'weather.mp4' },
      text: WEATHER[0],
      speaker: 'Ann',
      start_ms: 0,
      end_ms: 5000,
      timerange: '[0:0_5:0)',
      flow: { flow_id: flow, source_id: source, timerange: '[100:0_105:0)' },
    });
    expect(hit.snippet.highlights.map(({ start, end }) => hit.snippet.text.slice(start, end))).toEqual(['warning']);
    expect(hit.flow?.segments_url.startsWith(`${server.baseUrl}/flows/${flow}/segments?timerange=`)).toBe(true);
    const segments = await api.get<{ timerange: string }[]>(hit.flow?.segments_url ?? '');
    expect(segments.map(({ timerange }) => timerange)).toEqual(
      [100, 101, 102, 103, 104].map((n) => `[${n}:0_${n + 1}:0)`),
    );
  });

  it('of an asset on no flow leads nowhere', async () => {
    const { hits } = await api.search({ q: 'draw', type: 'keyword' });
    expect(hits).toHaveLength(1);
    expect(hits[0]).not.toHaveProperty('flow');
  });
});

describe('a search', () => {
  it('by words finds what has all of them', async () => {
    expect(textsOf(await api.search({ q: 'STORM east', type: 'keyword' }))).toEqual([WEATHER[2]]);
    expect(textsOf(await api.search({ q: '"storm warning"', type: 'keyword' }))).toEqual([WEATHER[0]]);
    expect((await api.search({ q: 'storm -coast', type: 'keyword' })).total).toBe(2);
    expect((await api.search({ q: 'sunsh*', type: 'keyword' })).total).toBe(1);
    expect((await api.search({ q: 'draw OR sunshine', type: 'keyword' })).total).toBe(2);
  });

  it('by meaning takes a text, and says whose meaning it is', async () => {
    const found = await api.search({ q: 'storms', type: 'semantic', limit: 3 });
    expect(found).toMatchObject({ type: 'semantic', model: 'hashing-1-384', limit: 3 });
    expect(found).not.toHaveProperty('fusion');
    expect(textsOf(found).toSorted()).toEqual([WEATHER[0], WEATHER[2], SPORT[1]].toSorted());
  });

  it('by both is the default, and says how they were joined', async () => {
    const found = await api.search({ q: 'storm warning' });
    expect(found).toMatchObject({ type: 'hybrid', fusion: 'rrf', model: 'hashing-1-384' });
    expect(textsOf(found)[0]).toBe(WEATHER[0]);
    const weighted = await api.search({ q: 'storm warning', fusion: 'weighted', weights: '1,0' });
    expect([weighted.fusion, weighted.hits[0]?.score]).toEqual(['weighted', 1]);
    expect(await post({ q: 'storm warning', fusion: 'weighted', weights: { keyword: 1, semantic: 0 } })).toEqual(
      weighted,
    );
  });

  it('takes a vector of the caller, of any length', async () => {
    const [vector = new Float32Array()] = await new HashingEmbedder().embed(['storm warning']);
    const byText = await api.search({ q: 'storm warning', type: 'semantic' });
    const byVector = await post({ type: 'semantic', vector: Array.from(vector, (x) => x * 7) });
    expect(textsOf(byVector)).toEqual(textsOf(byText));
    expect((await post({ type: 'semantic', vector: [...vector], model: 'other' })).total).toBe(0);
    const hybrid = await post({ q: 'sunshine', vector: [...vector] });
    expect(hybrid.type).toBe('hybrid');
    expect(textsOf(hybrid).slice(0, 2).toSorted()).toEqual([WEATHER[0], WEATHER[1]].toSorted());
  });

  it.each([
    ['bucket=news', 2],
    ['bucket=none', 0],
    ['speaker=Ann', 2],
    ['speaker=ann', 0],
    ['language=en-GB', 1],
    ['flow_id={flow}', 2],
    ['source_id={source}', 2],
    ['timerange=[100:0_101:0)', 1],
    ['timerange=[120:0_121:0)', 1],
    ['timerange=[105:0_110:0)', 0],
    ['flow_id={flow}&timerange=[90:0_300:0)', 2],
    ['bucket=sport&timerange=[0:0_100:0)', 1],
    ['timerange=_', 3],
  ])('is filtered by %s', async (filter, total) => {
    const query = filter.replace('{flow}', flow).replace('{source}', source);
    for (const type of ['keyword', 'semantic', 'hybrid']) {
      const found = await api.get<Answer>(`/search?q=storm&type=${type}&${query}`);
      expect(
        found.hits.filter(({ text }) => text.includes('storm')),
        type,
      ).toHaveLength(total);
      if (type === 'keyword') expect(found.total).toBe(total);
    }
  });

  it('is paged without gaps or repetitions, and its total is that of all pages', async () => {
    const { id } = await api.asset('many.mp4');
    await api.say(
      id,
      Array.from({ length: 23 }, (_, n) => `number ${n} of the pelicans`),
    );
    for (const type of ['keyword', 'semantic', 'hybrid']) {
      const query = { q: 'pelicans', type, bucket: 'media' };
      const { total, hits } = await api.search({ ...query, limit: 100 });
      expect(hits).toHaveLength(total);
      expect(total).toBeGreaterThanOrEqual(23);
      const paged: Hit[] = [];
      for (let offset = 0; offset < total; offset += 5) {
        const page = await api.search({ ...query, limit: 5, offset });
        expect([page.total, page.limit, page.offset]).toEqual([total, 5, offset]);
        paged.push(...page.hits);
      }
      expect(paged, type).toEqual(hits);
      expect((await api.search({ ...query, offset: total })).hits).toEqual([]);
    }
    // More than a page may have is lowered, as in every listing.
    expect((await api.search({ q: 'pelicans', limit: 5000 })).limit).toBe(100);
  });

  it('has a HEAD, with the headers of its GET', async () => {
    const [get, head] = await Promise.all([api.send('GET', '/search?q=storm'), api.send('HEAD', '/search?q=storm')]);
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  });
});

describe('what cannot be searched is refused, and named', () => {
  it.each([
    ['', 'q'],
    ['q=', 'q'],
    ['q=%20&type=semantic', 'q'],
    ['q=...&type=keyword', 'word'],
    [`q=${'a'.repeat(1001)}&type=keyword`, '1000'],
    [`q=${'a'.repeat(1001)}&type=semantic`, '1000'],
    [`q=${Array.from({ length: 33 }, (_, n) => `w${n}`).join('+')}&type=keyword`, '32'],
    ['q=a&type=odd', 'type'],
    ['q=a&fusion=odd', 'fusion'],
    ['q=a&type=keyword&fusion=rrf', 'fusion'],
    ['q=a&type=semantic&weights=1,1', 'weights'],
    ['q=a&weights=1', 'weights'],
    ['q=a&weights=-1,1', 'weights'],
    ['q=a&weights=0,0', 'weights'],
    [`q=a&weights=${'9'.repeat(400)},1`, 'weights'],
    ['q=a&limit=0', 'limit'],
    ['q=a&limit=x', 'limit'],
    ['q=a&offset=-1', 'offset'],
    ['q=a&offset=9991', 'offset'],
    ['q=a&flow_id=x', 'flow_id'],
    ['q=a&source_id=x', 'source_id'],
    ['q=a&timerange=x', 'timerange'],
    ['q=a&timerange=', 'timerange'],
    ['q=a&q=b', 'q'],
  ])('GET /search?%.60s', async (query, named) => {
    const { status, json } = await api.send('GET', `/search?${query}`);
    expect([status, (json as { summary: string }).summary]).toEqual([400, expect.stringContaining(named)]);
  });

  const one = Array.from({ length: 384 }, () => 1);
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'body'],
    ['neither text nor vector', {}, 'q'],
    ['a vector that is too short', { type: 'semantic', vector: [1, 2] }, '384'],
    ['a vector of texts', { type: 'semantic', vector: ['a'] }, 'body/vector/0'],
    ['a vector beyond all numbers', { type: 'semantic', vector: one.map(() => 1e300) }, 'vector'],
    ['a vector of nothing', { type: 'semantic', vector: one.map(() => 0) }, 'vector'],
    ['a vector for keywords', { q: 'a', type: 'keyword', vector: one }, 'vector'],
    ['a model without a vector', { q: 'a', model: 'm' }, 'model'],
    ['too much at once', { q: 'a', limit: 101 }, 'body/limit'],
    ['what is beyond reach', { q: 'a', offset: 9991 }, 'offset'],
    ['weights of nothing', { q: 'a', weights: { keyword: 0, semantic: 0 } }, 'weights'],
    ['a long text', { q: 'a'.repeat(1001) }, 'body/q'],
    ['a misspelled filter', { q: 'a', buckets: 'b' }, 'body/buckets'],
    ['a timerange that is none', { q: 'a', timerange: 'x' }, 'timerange'],
  ])('POST /search with %s', async (_what, body, named) => {
    const { status, json } = await api.send('POST', '/search', body);
    expect([status, (json as { summary: string }).summary]).toEqual([400, expect.stringContaining(named)]);
  });
});

it('shows one whole version at a time while others are published', async () => {
  const { id } = await api.asset('live.mp4', { bucket: 'live' });
  const saying = (version: number): string[] =>
    Array.from({ length: 6 }, (_, n) => `heron version${version} part ${n}`);
  await api.say(id, saying(0));
  let publishing = true;
  const seen = new Set<string>();
  const publisher = (async () => {
    try {
      // Four, and as many as it takes the searches to have met two.
      for (let version = 1; version <= 4 || seen.size < 2; version++) await api.say(id, saying(version));
    } finally {
      publishing = false;
    }
  })();
  const searcher = async (type: string): Promise<void> => {
    while (publishing) {
      const { hits } = await api.search({ q: 'heron', type, bucket: 'live' });
      const versions = new Set(hits.map(({ text }) => text.split(' ')[1] ?? ''));
      expect([versions.size, hits.length], type).toEqual([1, 6]);
      for (const version of versions) seen.add(version);
      await sleep(10);
    }
  };
  await Promise.all([publisher, ...['keyword', 'semantic', 'hybrid'].map(searcher)]);
  expect(seen.size).toBeGreaterThan(1);
});

describe('without the embedder', () => {
  it('what was said is found by its words, and a search by meaning says why it is not', async () => {
    // Nothing listens at the port of a server that has been closed.
    const gone = await startTestServer();
    await gone.close();
    const settings = { SEARCH_EMBEDDER: 'http', SEARCH_EMBEDDING_URL: gone.baseUrl, SEARCH_EMBEDDING_MODEL: 'm' };
    const other = await startTestServer({ env: settings, log: () => undefined });
    try {
      const alone = new SearchApi(other.baseUrl);
      const { id } = await alone.asset('a');
      expect(await alone.say(id, ['a bittern booms'])).toMatchObject({
        status: 'index_partial',
        publish_state: 'ACTIVE',
      });
      expect((await alone.search({ q: 'bittern', type: 'keyword' })).total).toBe(1);
      for (const type of ['semantic', 'hybrid']) {
        const { status, json, headers } = await alone.send('GET', `/search?q=bittern&type=${type}`);
        expect([status, (json as { type: string }).type]).toEqual([503, 'embedder_unavailable']);
        expect(headers.has('retry-after')).toBe(true);
      }
    } finally {
      await other.close();
    }
  });
});

it('is not there where it is switched off', async () => {
  const other = await startTestServer({ env: { SEARCH: 'false' } });
  try {
    expect((await new SearchApi(other.baseUrl).send('GET', '/search?q=storm')).status).toBe(404);
  } finally {
    await other.close();
  }
});
