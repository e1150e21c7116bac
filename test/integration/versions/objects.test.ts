import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { BothVersions } from './support/both-versions.ts';

const MAIN = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

let dataDir: string;
let server: TestServer;
let api: BothVersions;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-objects-82-'));
  const file = join(dataDir, 'backends.json');
  const backends = [
    {
      id: MAIN,
      type: 'local',
      label: 'main',
      path: 'main',
      default_storage: true,
      tags: { site: ['london', 'leeds'] },
    },
    { id: OTHER, type: 'local', label: 'other', path: 'other', tags: { site: 'a,b' } },
  ];
  await writeFile(file, JSON.stringify(backends));
  server = await startTestServer({ dataDir, env: { STORAGE_BACKENDS_FILE: file } });
  api = new BothVersions(server.baseUrl);
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

const second = (n: number): string => `[${n}:0_${n + 1}:0)`;

describe('initialisation segments', () => {
  it('come with their media objects, in every listing of 8.2 and in none of 7.0', async () => {
    const flow = await api.newFlow();
    const [init] = await api.allocate(flow, { limit: 1, content_type: 'video/x-init' });
    if (init === undefined) throw new Error('nothing was allocated');
    expect(init.put_url['content-type']).toBe('video/x-init');
    expect(init.presigned).toBe(true);
    const ids = (await api.allocate(flow, { limit: 3 })).map(({ object_id }) => object_id);
    await api.must(404, '8.2', 'GET', '/objects/{objectId}', [init.object_id]);
    const list = ids.map((object_id, n) => ({ object_id, init_object_id: init.object_id, timerange: second(n) }));
    await api.register('8.2', flow, list);

    const shown = await api.segments('8.2', flow);
    expect(shown.map(({ init_object }) => init_object?.object_id)).toEqual(list.map(() => init.object_id));
    expect(shown[0]?.init_object?.get_urls).toMatchObject([{ label: 'main' }]);
    expect(shown[0]).not.toHaveProperty('init_object_id');
    expect(shown[0]).not.toHaveProperty('object_timerange');
    for (const segment of await api.segments('7.0', flow)) {
      expect(Object.keys(segment).sort()).toEqual(['get_urls', 'object_id', 'timerange', 'ts_offset']);
    }

    const media = ids[0] ?? '';
    const users = { referenced_by_flows: [flow], first_referenced_by_flow: flow };
    expect(await api.object('8.2', media)).toMatchObject({
      ...{ id: media, ...users, timerange: second(0) },
      init_object: { id: init.object_id, get_urls: [{ label: 'main' }] },
    });
    expect(await api.object('7.0', media)).toEqual({ id: media, ...users });
    // The flow refers to it through its media objects.
    const described = await api.object('8.2', init.object_id);
    expect(described).toMatchObject({ id: init.object_id, ...users, get_urls: [{ label: 'main' }] });
    expect(described).not.toHaveProperty('timerange');
    expect(described).not.toHaveProperty('init_object');

    // Another flow uses a part of the object, which brings its own. An edit of a flow of 7.0, too.
    const edit = await api.newFlow({});
    await api.register('7.0', edit, { object_id: media, timerange: second(7), ts_offset: '7:0' });
    expect(await api.segments('8.2', edit)).toMatchObject([{ init_object: { object_id: init.object_id } }]);
    expect(await api.object('8.2', init.object_id)).toMatchObject({ referenced_by_flows: [flow, edit] });
    const page = await api.send('8.2', 'GET', '/objects/{objectId}', [init.object_id], { query: 'limit=1' });
    expect(page.headers.get('link')).toContain(`${server.baseUrl}/v8.2/objects/`);
    await api.must(200, '8.2', 'HEAD', '/objects/{objectId}', [init.object_id]);
  });

  it('are refused by rules that name the property', async () => {
    const flow = await api.newFlow();
    const plain = await api.newFlow({});
    const [init, media, used, foreign] = [
      ...(await api.allocate(flow, { limit: 3 })),
      ...(await api.allocate(plain, { limit: 1 })),
    ].map(({ object_id }) => object_id) as [string, string, string, string];
    await api.register('8.2', flow, { object_id: used, init_object_id: init, timerange: second(0) });
    const at = (n: number, more: object) => ({ object_id: media, timerange: second(n), ...more });

    expect(await api.refusal('8.2', flow, at(1, {}))).toMatch(/^init_object_id: .*need one \(init_segments\)/);
    expect(await api.refusal('7.0', flow, at(1, {}))).toMatch(/^init_object_id: .*need one/);
    expect(await api.refusal('8.2', flow, at(1, { init_object_id: used }))).toMatch(
      /^init_object_id: .* is a media object/,
    );
    expect(await api.refusal('8.2', flow, at(1, { init_object_id: media }))).toMatch(
      /^init_object_id: must be another/,
    );
    expect(await api.refusal('8.2', flow, at(1, { init_object_id: foreign }))).toMatch(
      /^init_object_id: .* not allocated/,
    );
    expect(await api.refusal('8.2', flow, at(1, { init_object_id: '' }))).toMatch(/init_object_id/);
    expect(await api.refusal('8.2', flow, at(1, { object_id: init }))).toMatch(/^object_id: .* initialisation segment/);
    expect(await api.refusal('7.0', flow, at(1, { object_id: init }))).toMatch(/^object_id: .* initialisation segment/);
    const other = await api.newObject(flow);
    expect(await api.refusal('8.2', flow, at(1, { object_id: used, init_object_id: other }))).toMatch(
      /stays; leave it out/,
    );
    const inPlain = { object_id: foreign, timerange: second(1), init_object_id: init };
    expect(await api.refusal('8.2', plain, inPlain)).toMatch(/^init_object_id: .*init_segments .* to true/);
    expect(await api.refusal('7.0', flow, at(1, { init_object_id: init }))).toMatch(
      /init_object_id is not a property of TAMS 7\.0; this body is of TAMS 8\.2, which this server speaks at \/v8\.2/,
    );

    // Within one request, an object is what the first segment makes of it; what is refused changes nothing.
    const batch = await api.postSegments('8.2', flow, [
      at(1, { init_object_id: init }),
      { object_id: other, init_object_id: media, timerange: second(2) },
      { object_id: other, init_object_id: init, timerange: second(3) },
    ]);
    expect(batch.status).toBe(200);
    expect(batch.json).toMatchObject({ failed_segments: [{ object_id: other, timerange: second(2) }] });
    expect((await api.segments('8.2', flow)).map(({ timerange }) => timerange)).toEqual([0, 1, 3].map(second));
  });

  it('are of the other media type only where flows have them', async () => {
    const [flow, plain] = [await api.newFlow(), await api.newFlow({})];
    const refused = async (id: string, json: object) => {
      const error = await api.must(400, '8.2', 'POST', '/flows/{flowId}/storage', [id], { json });
      return (error as { summary: string }).summary;
    };
    expect(await refused(plain, { content_type: 'video/x-init' })).toMatch(/content_type: .*init_segments/);
    expect(await refused(flow, { content_type: 'video/mp2t' })).toMatch(/content_type: is the container/);
    expect(await refused(flow, { content_type: 'nothing' })).toMatch(/content_type/);
    const old = await api.must(400, '7.0', 'POST', '/flows/{flowId}/storage', [flow], { json: { presigned: true } });
    expect((old as { summary: string }).summary).toMatch(/presigned is not a property of TAMS 7\.0.*\/v8\.2/);
    // It is for nothing else.
    const [init] = await api.allocate(flow, { limit: 1, content_type: 'video/x-init' });
    const media = { object_id: init?.object_id, timerange: second(0) };
    expect(await api.refusal('8.2', flow, media)).toMatch(/^object_id: .* initialisation segment/);
    expect((await api.allocate(flow, { limit: 1 }, '7.0'))[0]).not.toHaveProperty('presigned');
  });
});

describe('the timerange of an object', () => {
  it('is what was declared, and stays', async () => {
    const flow = await api.newFlow({});
    const id = await api.newObject(flow);
    const declared = '[0:0_30:0)';
    const part = (n: number, more: object = {}) => ({
      object_id: id,
      timerange: `[${n}:0_${n + 10}:0)`,
      ts_offset: `${n}:0`,
      key_frame_count: 4,
      ...more,
    });
    expect(await api.refusal('8.2', flow, part(0, { object_timerange: '[0:0_5:0)' }))).toMatch(
      /^timerange: .*object_timerange/,
    );
    expect(await api.refusal('8.2', flow, part(0, { object_timerange: '[0:0_' }))).toMatch(/^object_timerange/);
    expect(await api.refusal('8.2', flow, part(0, { object_timerange: '()' }))).toMatch(/^object_timerange/);
    expect(await api.refusal('7.0', flow, part(0, { object_timerange: declared }))).toMatch(
      /object_timerange is not a property/,
    );
    await api.register('8.2', flow, part(0, { object_timerange: declared }));
    await api.register('8.2', flow, part(10, { object_timerange: declared }));
    await api.register('8.2', flow, part(20));
    const { summary } = await api.must<{ summary: string }>(400, '8.2', 'POST', '/flows/{flowId}/segments', [flow], {
      json: part(40, { object_timerange: '[0:0_40:0)' }),
    });
    expect(summary).toMatch(/^object_timerange: .* is \[0:0_30:0\), which stays/);
    const outside = { object_id: id, timerange: '[50:0_60:0)', ts_offset: '25:0' };
    expect(await api.refusal('8.2', flow, outside)).toMatch(/^timerange: .*\[25:0_35:0\).*\[0:0_30:0\)/);
    // 7.0 knows no such rule, and changes nothing that was declared.
    await api.register('7.0', flow, outside);
    expect(await api.object('8.2', id)).toMatchObject({ timerange: declared, key_frame_count: 4 });
    expect(await api.segments('8.2', flow, 'include_object_timerange=true&limit=2')).toMatchObject([
      { object_timerange: declared, key_frame_count: 4 },
      { object_timerange: declared },
    ]);
    expect((await api.segments('8.2', flow))[0]).not.toHaveProperty('object_timerange');
    const old = await api.segments('7.0', flow, 'include_object_timerange=true');
    expect(old[0]).not.toHaveProperty('object_timerange');
  });

  it('is assumed of the first segment, and grows by those of 7.0', async () => {
    const flow = await api.newFlow({});
    const id = await api.newObject(flow);
    await api.register('8.2', flow, { object_id: id, timerange: '[100:0_110:0]', ts_offset: '90:0' });
    expect(await api.object('8.2', id)).toMatchObject({ timerange: '[10:0_20:0]' });
    const outside = { object_id: id, timerange: '[200:0_205:0)', ts_offset: '180:0' };
    expect(await api.refusal('8.2', flow, outside)).toMatch(/^timerange: .*\[20:0_25:0\).*\[10:0_20:0\]/);
    await api.register('7.0', flow, outside);
    expect(await api.object('8.2', id)).toMatchObject({ timerange: '[10:0_25:0)' });
    await api.register('8.2', flow, { ...outside, timerange: '[205:0_206:0)', ts_offset: '181:0' });
    const listed = await api.segments('8.2', flow, 'include_object_timerange=true');
    expect(listed.map(({ object_timerange }) => object_timerange)).toEqual(Array(3).fill('[10:0_25:0)'));
  });

  it('is assumed anew where a client corrects the only segment', async () => {
    const flow = await api.newFlow({});
    const id = await api.newObject(flow);
    await api.register('8.2', flow, { object_id: id, timerange: '[0:0_10:0)' });
    await api.must(204, '8.2', 'DELETE', '/flows/{flowId}/segments', [flow]);
    await api.register('8.2', flow, { object_id: id, timerange: '[20:0_31:0)' });
    expect(await api.object('8.2', id)).toMatchObject({ timerange: '[20:0_31:0)' });
  });

  it('stays as it was assumed where the uses of all objects of a request are too many to be read', async () => {
    const flow = await api.newFlow({});
    const get_urls = [{ url: 'https://elsewhere.example/', label: 'x' }];
    const at = (object_id: string, n: number, from: number) => ({
      object_id,
      timerange: second(n),
      ts_offset: `${n - from}:0`,
      get_urls,
    });
    const [often, once] = ['often-used', 'used-once'];
    for (const first of [0, 4_000, 8_000]) {
      await api.register(
        '8.2',
        flow,
        Array.from({ length: 4_000 }, (_, n) => at(often, first + n, 0)),
      );
    }
    await api.register('8.2', flow, at(once, 20_000, 0));
    const outside = [at(often, 30_000, 5), at(once, 30_001, 5)];
    const { json } = await api.postSegments('8.2', flow, outside);
    expect(json).toMatchObject({ failed_segments: [{ object_id: often }, { object_id: once }] });
    expect(await api.object('8.2', once)).toMatchObject({ timerange: '[0:0_1:0)' });
  });

  it('is never beyond what can be written', async () => {
    const flow = await api.newFlow({});
    const id = await api.newObject(flow);
    await api.register('7.0', flow, {
      object_id: id,
      timerange: '[9000000000:0_9000000001:0)',
      ts_offset: '-9000000000:0',
    });
    expect(await api.object('8.2', id)).toMatchObject({ timerange: expect.stringMatching(/^\[9223372036:/) as string });
  });
});

describe('URLs of objects', () => {
  it('are chosen by the tags of their storage backend', async () => {
    const flow = await api.newFlow();
    const [init] = await api.allocate(flow, { limit: 1, storage_id: OTHER });
    const [media] = await api.allocate(flow, { limit: 1, storage_id: MAIN });
    const get_urls = [{ url: 'https://e.example/x', label: 'mirror' }];
    const object_id = media?.object_id ?? '';
    await api.register('8.2', flow, { object_id, init_object_id: init?.object_id, timerange: second(0), get_urls });
    const labels = (urls: readonly { label?: string }[] = []) => urls.map(({ label }) => label);
    const found = async (query: string) => {
      const [segment] = await api.segments('8.2', flow, query);
      const own = labels(segment?.get_urls);
      const inits = labels(segment?.init_object?.get_urls);
      const object = (await api.object('8.2', object_id, query)) as { get_urls: []; init_object: { get_urls: [] } };
      expect(labels(object.get_urls)).toEqual(own);
      expect(labels(object.init_object.get_urls)).toEqual(inits);
      return [own, inits];
    };
    // Asked twice: the second time it may come from the cache of pages.
    for (let time = 0; time < 2; time++) {
      expect(await found('')).toEqual([['main', 'mirror'], ['other']]);
      expect(await found('storage_backend_tag.site=leeds')).toEqual([['main'], []]);
      expect(await found('storage_backend_tag.site=york,london')).toEqual([['main'], []]);
      expect(await found('storage_backend_tag.site=a%2Cb')).toEqual([[], ['other']]);
      expect(await found('storage_backend_tag_exists.site=true')).toEqual([['main'], ['other']]);
      expect(await found('storage_backend_tag_exists.site=false')).toEqual([[], []]);
      expect(await found('accept_get_urls=mirror,other')).toEqual([['mirror'], ['other']]);
      expect(await found('accept_get_urls=')).toEqual([[], []]);
      expect(await found(`accept_storage_ids=${OTHER}`)).toEqual([[], ['other']]);
      expect(await found('presigned=false')).toEqual([['mirror'], []]);
    }
    const [verbose] = await api.segments('8.2', flow, 'verbose_storage=true');
    expect(verbose?.init_object?.get_urls).toMatchObject([{ storage_id: OTHER, controlled: true }]);
    // 7.0 passes over parameters that it does not know.
    const old = await api.segments('7.0', flow, 'storage_backend_tag.site=york');
    expect(old[0]?.get_urls).toHaveLength(2);
  });

  it('have labels that differ, in 8.2', async () => {
    const flow = await api.newFlow({});
    const segment = (...get_urls: object[]) => ({ object_id: 'outside', timerange: second(0), get_urls });
    const url = 'https://e.example/o';
    expect(await api.refusal('8.2', flow, segment({ url }))).toMatch(/get_urls\/0\/label is required/);
    expect(await api.refusal('8.2', flow, segment({ url, label: 'a' }, { url, label: 'a' }))).toMatch(
      /get_urls\/1\/label/,
    );
    await api.register('7.0', flow, segment({ url }, { url, label: 'a' }, { url, label: 'a' }));
    expect((await api.segments('8.2', flow))[0]?.get_urls).toHaveLength(3);
  });

  it('name flows by their tags', async () => {
    const tagged = await api.newFlow({}, { tags: { site: ['a', 'b'] } });
    const plain = await api.newFlow({});
    const id = await api.newObject(tagged);
    await api.register('8.2', tagged, { object_id: id, timerange: second(0) });
    await api.register('8.2', plain, { object_id: id, timerange: second(0) });
    const users = async (query: string) => (await api.object('8.2', id, query))['referenced_by_flows'];
    expect(await users('')).toEqual([tagged, plain].sort());
    expect(await users('flow_tag.site=b')).toEqual([tagged]);
    expect(await users('flow_tag.site=c')).toEqual([]);
    expect(await users('flow_tag_exists.site=false')).toEqual([plain]);
    expect(await api.object('7.0', id, 'flow_tag.site=c')).toMatchObject({
      referenced_by_flows: [tagged, plain].sort(),
    });
  });
});

describe('uploads without a signature', () => {
  it('are taken for what was allocated so, and for nothing else', async () => {
    const flow = await api.newFlow({});
    const [plain] = await api.allocate(flow, { limit: 1, presigned: false });
    const [signed] = await api.allocate(flow, { limit: 1, presigned: true });
    expect([plain?.presigned, signed?.presigned]).toEqual([false, true]);
    const put = async (url: string) =>
      (await call('', 'PUT', url, { body: 'bytes', headers: { 'content-type': 'video/mp2t' } })).status;
    expect(await put(plain?.put_url.url ?? '')).toBe(200);
    expect(await put(signed?.put_url.url ?? '')).toBe(200);
    expect(await put((signed?.put_url.url ?? '').replace(/\?.*/, ''))).toBe(403);
  });
});

it('the service tells how long allocations and URLs last', async () => {
  expect(await api.must(200, '8.2', 'GET', '/service')).toMatchObject({
    min_object_timeout: '86400:0',
    min_presigned_url_timeout: '3600:0',
  });
  expect(await api.must(200, '7.0', 'GET', '/service')).not.toHaveProperty('min_object_timeout');
});
