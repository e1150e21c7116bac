import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextLink } from '../../support/http-client.ts';
import { type AssetBody, SearchApi, type VersionBody } from '../../support/search/search-api.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let api: SearchApi;
beforeAll(async () => {
  server = await startTestServer();
  api = new SearchApi(server.baseUrl);
});
afterAll(() => server.close());

const refusal = ({ status, json }: { status: number; json: unknown }): [number, string] => [
  status,
  (json as { summary: string }).summary,
];

describe('an asset', () => {
  it('is known by its bucket and key, and keeps what is not given again', async () => {
    const first = await api.asset('a/1.mp4', {
      etag: 'e1',
      size_bytes: 5_000_000_000,
      duration_ms: 1234.5,
      codec: 'avc1',
    });
    const again = await api.asset('a/1.mp4', { content_type: 'video/mp4' });
    expect(again).toMatchObject({
      id: first.id,
      bucket: 'media',
      key: 'a/1.mp4',
      status: 'pending',
      triage_state: 'none',
      etag: 'e1',
      size_bytes: 5_000_000_000,
      duration_ms: 1234.5,
      codec: 'avc1',
      content_type: 'video/mp4',
    });
    expect(await api.get(`/search/assets/${first.id}`)).toEqual(again);
    const head = await api.send('HEAD', `/search/assets/${first.id}`);
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('lies on a flow, of whose source it is then, until it is taken off', async () => {
    const flow = await api.newFlow();
    const { source_id: source } = await api.get<{ source_id: string }>(`/flows/${flow}`);
    const { id } = await api.asset('linked');
    const linked = await api.must<AssetBody>('PUT', `/search/assets/${id}/link`, { flow_id: flow, offset: '-1:5' });
    expect(linked.link).toEqual({ flow_id: flow, source_id: source, offset: '-1:5' });
    for (const query of [`flow_id=${flow}`, `source_id=${source}`]) {
      expect((await api.get<AssetBody[]>(`/search/assets?${query}`)).map((asset) => asset.id)).toEqual([id]);
    }
    expect(await api.asset('linked', { etag: 'e' })).toMatchObject({ link: linked.link });
    expect((await api.send('DELETE', `/search/assets/${id}/link`)).status).toBe(204);
    expect(await api.get(`/search/assets/${id}`)).not.toHaveProperty('link');
    expect(await api.get(`/search/assets?flow_id=${flow}`)).toEqual([]);
    expect(await api.asset('linked', { link: { flow_id: flow } })).toMatchObject({ link: { offset: '0:0' } });
    expect(await api.asset('linked', { link: null })).not.toHaveProperty('link');
  });

  it('that is removed is gone with all that was said in it, and can come back', async () => {
    const { id } = await api.asset('removed', { etag: 'e' });
    const version = await api.say(id, ['the platypus lays eggs']);
    expect((await api.search({ q: 'platypus', type: 'keyword' })).total).toBe(1);
    expect((await api.send('DELETE', `/search/assets/${id}`)).status).toBe(204);
    expect((await api.search({ q: 'platypus', type: 'keyword' })).total).toBe(0);
    for (const path of [
      `/search/assets/${id}`,
      `/search/assets/${id}/versions`,
      `/search/assets/${id}/transcript`,
      `/search/versions/${version.id}`,
      `/search/versions/${version.id}/transcript`,
    ]) {
      expect((await api.send('GET', path)).status, path).toBe(404);
    }
    expect((await api.send('DELETE', `/search/assets/${id}`)).status).toBe(404);
    expect((await api.send('POST', `/search/versions/${version.id}/publish`)).status).toBe(404);
    expect((await api.all<AssetBody>('/search/assets')).map((asset) => asset.id)).not.toContain(id);
    expect(await api.asset('removed')).toMatchObject({ id, status: 'pending' });
    expect((await api.search({ q: 'platypus', type: 'keyword' })).total).toBe(0);
    await api.say(id, ['the platypus lays eggs']);
    expect((await api.search({ q: 'platypus', type: 'keyword' })).total).toBe(1);
  });
});

describe('the list of assets', () => {
  it('has each of them once, in the order of their creation, however it is paged', async () => {
    const bucket = randomUUID();
    const keys = Array.from({ length: 7 }, (_, n) => `${n % 2 === 0 ? 'even' : 'odd'}/${6 - n}`);
    for (const key of keys) await api.asset(key, { bucket });
    for (const limit of [1, 2, 3, 7, 8]) {
      const pages: number[] = [];
      const found: string[] = [];
      for await (const { items, headers } of api.pages<AssetBody>(`/search/assets?bucket=${bucket}&limit=${limit}`)) {
        pages.push(items.length);
        found.push(...items.map(({ key }) => key));
        expect(headers.get('x-paging-limit')).toBe(String(limit));
        expect(nextLink(headers) === undefined).toBe(found.length === keys.length);
      }
      expect(found).toEqual(keys);
      expect(pages.slice(0, -1).every((count) => count === limit)).toBe(true);
    }
    const odd = await api.all<AssetBody>(`/search/assets?bucket=${bucket}&key_prefix=odd%2F&limit=2`);
    expect(odd.map(({ key }) => key)).toEqual(keys.filter((key) => key.startsWith('odd')));
    // The characters that patterns of SQL are made of stand for themselves.
    expect(await api.get(`/search/assets?bucket=${bucket}&key_prefix=${encodeURIComponent('%')}`)).toEqual([]);
    const head = await api.send('HEAD', `/search/assets?bucket=${bucket}&limit=2`);
    expect([head.status, head.text, nextLink(head.headers) === undefined]).toEqual([200, '', false]);
  });

  it('is filtered by status and triage', async () => {
    const bucket = randomUUID();
    const { id } = await api.asset('said', { bucket });
    await api.asset('unsaid', { bucket });
    await api.say(id, ['something']);
    const idsOf = async (query: string): Promise<string[]> =>
      (await api.get<AssetBody[]>(`/search/assets?bucket=${bucket}&${query}`)).map(({ key }) => key);
    expect(await idsOf('status=indexed')).toEqual(['said']);
    expect(await idsOf('status=pending')).toEqual(['unsaid']);
    expect(await idsOf('status=indexed&triage_state=none')).toEqual(['said']);
    expect(await idsOf('triage_state=quarantined')).toEqual([]);
  });

  it('refuses cursors of other lists', async () => {
    await api.asset('x1');
    await api.asset('x2');
    const { headers } = await api.send('GET', '/search/assets?limit=1');
    const key = headers.get('x-paging-nextkey') ?? '';
    const other = await api.send('GET', `/search/assets?status=pending&limit=1&page=${key}`);
    expect([other.status, (other.json as { type: string }).type]).toEqual([400, 'invalid_cursor']);
  });
});

describe('the versions of an asset', () => {
  it('are made once for each content, and paged in the order of their creation', async () => {
    const { id } = await api.asset('versions');
    const made: string[] = [];
    for (const etag of ['a', 'b', 'c', 'b']) {
      const version = await api.must<VersionBody>('POST', `/search/assets/${id}/versions`, { etag, language: 'en' });
      expect(version).toMatchObject({
        asset_id: id,
        etag,
        language: 'en',
        status: 'pending',
        publish_state: 'STAGING',
      });
      made.push(version.id);
    }
    expect(made[3]).toBe(made[1]);
    const listed = await api.all<VersionBody>(`/search/assets/${id}/versions?limit=1`);
    expect(listed.map((version) => version.id)).toEqual(made.slice(0, 3));
    expect(await api.get(`/search/versions/${made[0] ?? ''}`)).toMatchObject({ segments: 0, embeddings: 0 });
  });
});

describe('what is wrong is refused, and named', () => {
  const uuid = randomUUID();
  const bodies: [string, string, unknown, string][] = [
    ['POST', '/search/assets', undefined, 'body'],
    ['POST', '/search/assets', { bucket: 'b' }, 'body/key'],
    ['POST', '/search/assets', { bucket: '', key: 'k' }, 'body/bucket'],
    ['POST', '/search/assets', { bucket: 'b', key: 'k'.repeat(1025) }, 'body/key'],
    ['POST', '/search/assets', { bucket: 'b', key: 'k', colour: 'red' }, 'body/colour'],
    ['POST', '/search/assets', { bucket: 'b', key: 'k', size_bytes: -1 }, 'body/size_bytes'],
    ['POST', '/search/assets', { bucket: 'b', key: 'k', duration_ms: 1e300 }, 'body/duration_ms'],
    ['POST', '/search/assets', { bucket: 'b', key: 'k', link: { flow_id: uuid } }, uuid],
    ['POST', '/search/assets', { bucket: 'b', key: 'k', link: { flow_id: 'x' } }, 'body/link'],
    ['PUT', '/search/assets/{id}/link', { flow_id: uuid }, uuid],
    ['PUT', '/search/assets/{id}/link', { flow_id: uuid, offset: '1.5' }, 'body/offset'],
    ['PUT', '/search/assets/{id}/link', { flow_id: uuid, offset: '99999999999:0' }, 'body/offset'],
    ['POST', '/search/assets/{id}/versions', {}, 'body/etag'],
    ['POST', '/search/assets/{id}/versions', { etag: 'e', language: 'e n' }, 'body/language'],
    ['GET', '/search/assets?status=odd', undefined, 'status'],
    ['GET', '/search/assets?triage_state=odd', undefined, 'triage_state'],
    ['GET', '/search/assets?flow_id=odd', undefined, 'flow_id'],
    ['GET', '/search/assets?limit=0', undefined, 'limit'],
    ['GET', '/search/assets/{id}/transcript?format=srt', undefined, 'format'],
  ];
  it.each(bodies.map(([method, path, body, named]) => [method, path, named, body] as const))(
    '%s %s: %s',
    async (method, path, named, body) => {
      const { id } = await api.asset('wrong');
      const [status, summary] = refusal(await api.send(method, path.replace('{id}', id), body));
      expect([status, summary]).toEqual([400, expect.stringContaining(named)]);
    },
  );

  it('what there is not is a 404', async () => {
    for (const [method, path, body] of [
      ['GET', '/search/assets/none'],
      ['DELETE', '/search/assets/none'],
      ['PUT', '/search/assets/none/link', { flow_id: uuid }],
      ['DELETE', '/search/assets/none/link'],
      ['GET', '/search/assets/none/versions'],
      ['POST', '/search/assets/none/versions', { etag: 'e' }],
      ['GET', '/search/assets/none/transcript'],
      ['PUT', '/search/assets/none/transcript', { segments: [{ start_ms: 0, end_ms: 1, text: 'a' }] }],
      ['GET', '/search/versions/none'],
      ['GET', '/search/versions/none/transcript'],
      ['PUT', '/search/versions/none/transcript', { segments: [{ start_ms: 0, end_ms: 1, text: 'a' }] }],
      ['DELETE', '/search/versions/none/transcript'],
      ['PUT', '/search/versions/none/embeddings', { model: 'm', embeddings: [{ segment_id: 's', vector: [1] }] }],
      ['POST', '/search/versions/none/publish'],
      ['POST', '/search/quarantine/none/retry'],
      ['POST', '/search/quarantine/none/skip'],
      ['POST', '/search/dead-letters/none/requeue'],
      ['DELETE', '/search/dead-letters/none'],
    ] as [string, string, unknown][]) {
      expect((await api.send(method, path, body)).status, `${method} ${path}`).toBe(404);
    }
  });
});
