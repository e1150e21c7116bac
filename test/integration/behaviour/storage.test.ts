import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { type Allocated, Api, firstOf, second, summaryOf, typeOf } from './support/api.ts';

const MAIN = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

let dataDir: string;
let server: TestServer;
let api: Api;
let flowId: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-storage-'));
  const file = join(dataDir, 'backends.json');
  const backends = [
    { id: OTHER, type: 'local', label: 'other', path: 'other-media' },
    { id: MAIN, type: 'local', label: 'main', path: 'main-media', default_storage: true },
  ];
  await writeFile(file, JSON.stringify(backends));
  // URLs and allocations of yesterday are good today.
  const times = { ALLOCATION_EXPIRY_S: '864000', PRESIGN_EXPIRES_S: '172800' };
  server = await startTestServer({ dataDir, inProcess: 'clock', env: { STORAGE_BACKENDS_FILE: file, ...times } });
  api = new Api(server.baseUrl);
  flowId = await api.newFlow();
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

const allocate = (body?: unknown) => api.send('POST', `/flows/${flowId}/storage`, body);

/** The paths of the files below a folder of the data directory, without those of uploads. */
async function filesOf(folder: string): Promise<string[]> {
  const root = join(dataDir, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

describe('an allocation', () => {
  it('is of 100 new objects where nothing is said, or of as many as are asked for', async () => {
    for (const [body, count] of [
      [undefined, 100],
      [{}, 100],
      [{ limit: 1 }, 1],
      [{ limit: 1000 }, 1000],
    ] as const) {
      const objects = await api.must<{ media_objects: Allocated[] }>('POST', `/flows/${flowId}/storage`, body);
      expect(new Set(objects.media_objects.map(({ object_id }) => object_id)).size).toBe(count);
      for (const { put_url: put } of objects.media_objects) expect(put['content-type']).toBe('video/mp2t');
    }
  });

  it.each([
    ['limit', { limit: 1, object_ids: ['both'] }],
    ['limit', { limit: 0 }],
    ['limit', { limit: -1 }],
    ['limit', { limit: 1001 }],
    ['limit', { limit: 1.5 }],
    ['object_ids', { object_ids: [] }],
    ['object_ids', { object_ids: [''] }],
    ['object_ids', { object_ids: ['twice', 'twice'] }],
    ['object_ids', { object_ids: 'text' }],
    ['object_ids', { object_ids: Array.from({ length: 1001 }, (_, n) => `many ${n}`) }],
    ['storage_id', { storage_id: '33333333-3333-4333-8333-333333333333' }],
    ['storage_id', { storage_id: 'main' }],
  ])('is refused, naming %s: %j', async (field, body) => {
    const result = await allocate(body);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringContaining(field)]);
  });

  it('of ids that are in use is refused whole, naming those', async () => {
    await api.must('POST', `/flows/${flowId}/storage`, { object_ids: ['used before', 'used too'] });
    const other = await api.newFlow();
    const external = {
      object_id: 'used outside',
      timerange: second(0),
      get_urls: [{ url: 'https://e.example/', label: 'x' }],
    };
    await api.must('POST', `/flows/${other}/segments`, external);
    const result = await allocate({ object_ids: ['fresh', 'used before', 'fresh too', 'used outside'] });
    expect([result.status, typeOf(result)]).toEqual([400, 'object_ids_in_use']);
    expect(summaryOf(result)).toContain('used before');
    expect(summaryOf(result)).toContain('used outside');
    expect(summaryOf(result)).not.toContain('fresh');
    expect((await allocate({ object_ids: ['fresh', 'fresh too'] })).status).toBe(201);
  });

  it('lies in the backend that was named, else in the default one', async () => {
    const [inMain] = await api.allocate(flowId, { limit: 1 });
    const [inOther] = await api.allocate(flowId, { limit: 1, storage_id: OTHER });
    if (inMain === undefined || inOther === undefined) throw new Error('nothing was allocated');
    const before = [(await filesOf('main-media')).length, (await filesOf('other-media')).length] as const;
    await api.upload(inMain, 'main');
    await api.upload(inOther, 'other');
    expect(await filesOf('main-media')).toHaveLength(before[0] + 1);
    expect(await filesOf('other-media')).toHaveLength(before[1] + 1);
  });
});

describe('the key of an object', () => {
  it.each([
    'plain',
    'a/b/c',
    '../../../etc/passwd',
    '..',
    '.',
    '/absolute',
    '.hidden',
    'back\\slash',
    'nul\u0000l',
    'line\nbreak',
    'a b?c#d%e&f=g;h,i',
    '%2e%2e%2f',
    'ünïcödé 🎬',
    'CON',
    "'; DROP TABLE objects; --",
  ])('is safe and its own for the id %j: the bytes come back, and go nowhere else', async (objectId) => {
    const flow = await api.newFlow();
    const object = firstOf(await api.allocate(flow, { object_ids: [objectId] }));
    expect(object.object_id).toBe(objectId);
    const content = `content of ${objectId}`;
    expect(await api.upload(object, content)).toBe(200);
    await api.must('POST', `/flows/${flow}/segments`, { object_id: objectId, timerange: second(0) });
    const segment = firstOf(await api.segments(flow, `object_id=${encodeURIComponent(objectId)}`));
    expect(segment.object_id).toBe(objectId);
    expect(await (await fetch(firstOf(segment.get_urls ?? []).url)).text()).toBe(content);
    const files = (await filesOf('main-media')).filter((path) => path.startsWith(flow));
    expect(files).toHaveLength(1);
    expect(files[0]).toMatch(new RegExp(String.raw`^${flow}/\d{4}/\d\d/\d\d/[A-Za-z0-9._%-]+$`));
    if (objectId !== '..' && objectId !== '.') {
      const found = await api.get(`/objects/${encodeURIComponent(objectId)}`);
      expect(found).toMatchObject({ id: objectId, referenced_by_flows: [flow] });
    }
  });

  it('that would be too long is refused, and nothing is allocated', async () => {
    const tooLong = 'x'.repeat(2048);
    const result = await allocate({ object_ids: ['beside a long one', tooLong] });
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringMatching(/object_ids.*bytes/)]);
    expect((await allocate({ object_ids: ['beside a long one'] })).status).toBe(201);
  });

  it('is made once: media of yesterday’s allocation is found today', async () => {
    const flow = await api.newFlow();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 26 * 3_600_000 });
    const yesterday = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const object = await api
      .allocate(flow, { object_ids: [randomUUID()] })
      .then(firstOf)
      .finally(() => vi.useRealTimers());
    expect(await api.upload(object, 'of yesterday')).toBe(200);
    await api.must('POST', `/flows/${flow}/segments`, { object_id: object.object_id, timerange: second(0) });
    const { url } = firstOf(firstOf(await api.segments(flow)).get_urls ?? []);
    expect(new URL(url).pathname).toBe(`/media/${MAIN}/${flow}/${yesterday}/${object.object_id}.ts`);
    expect(await (await fetch(url)).text()).toBe('of yesterday');
  });

  it('holds no URL in the tables: signed ones are made when they are asked for', async () => {
    const flow = await api.newFlow();
    const objectId = await api.fill(flow, 1);
    const before = firstOf(firstOf(await api.segments(flow)).get_urls ?? []).url;
    const again = await startTestServer({
      dataDir,
      env: {
        STORAGE_BACKENDS_FILE: join(dataDir, 'backends.json'),
        AUTH_MODE: 'none',
        PUBLIC_URL: 'https://media.example/tams',
      },
    });
    const after = firstOf(firstOf(await new Api(again.baseUrl).segments(flow)).get_urls ?? []).url;
    await again.close();
    expect(before.startsWith(`${api.baseUrl}/media/`)).toBe(true);
    expect(after.startsWith('https://media.example/tams/media/')).toBe(true);
    expect(new URL(after).pathname.endsWith(new URL(before).pathname)).toBe(true);
    expect(after).toContain(objectId);
  });
});
