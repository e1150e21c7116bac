import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClassServer, startClassServer, tagged } from '../auth/support/class-server.ts';
import { ExrApi, type Inspected, renderedFrame } from '../../support/exr-objects.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

interface Summary {
  readonly id: string;
  readonly path: string;
  readonly failure: { type: string; message: string } | null;
}

const WAIT = { interval: 100 };

describe('S3 events without media search', () => {
  it('have frames inspected all the same, and name buckets that are not known', async () => {
    const server = await startTestServer({ env: { EXR_AUTO_INSPECT: 'true', SEARCH: 'false' } });
    try {
      const api = new ExrApi(server.baseUrl);
      const [object] = await api.allocate(await api.newExrFlow(), { object_ids: ['event/a.0001.exr'] });
      if (object === undefined) throw new Error('nothing was allocated');
      await api.write(object.put_url, renderedFrame(1));
      const [, , , ...path] = new URL(object.put_url.url).pathname.split('/').map(decodeURIComponent);
      const told = (bucket: string, key: string) => ({
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } },
      });
      const Records = [told('local', path.join('/')), told('local', 'a.mp4'), told('elsewhere', 'a.exr')];
      expect(await api.must('POST', '/events/s3', { Records })).toMatchObject({
        received: 3,
        queued: 0,
        ignored: 2,
        unknown_buckets: ['elsewhere'],
      });
      await expect
        .poll(() => api.get<Summary[]>('/exr/files?path_prefix=event/'), WAIT)
        .toMatchObject([{ path: 'event/a.0001.exr', failure: null }]);
    } finally {
      await server.close();
    }
  });
});

describe('inspection as segments are registered', () => {
  let server: TestServer;
  let api: ExrApi;
  beforeAll(async () => {
    server = await startTestServer({ env: { EXR_AUTO_INSPECT: 'true', RECLAIM_GRACE_S: '0' } });
    api = new ExrApi(server.baseUrl);
  });
  afterAll(() => server.close());

  const listed = (prefix: string): Promise<Summary[]> => api.get(`/exr/files?path_prefix=${prefix}`);
  const register = async (flow: string, objectId: string, second = 0): Promise<void> => {
    const segment = { object_id: objectId, timerange: `[${second}:0_${second + 1}:0)` };
    expect((await api.postSegments(flow, segment)).status).toBe(201);
  };

  const metrics = async (): Promise<string> => (await api.send('GET', '/metrics')).text;

  it('finds the EXR objects among them, by container or by name, and nothing else', async () => {
    const flow = await api.newExrFlow();
    const video = await api.newFlow();
    await api.uploadAll(flow, { 'auto/plain': renderedFrame(1), 'auto/unused.exr': renderedFrame(2) });
    await api.uploadAll(video, { 'auto/named.EXR': renderedFrame(3), 'auto/video.ts': renderedFrame(4) });
    await register(flow, 'auto/plain');
    await register(video, 'auto/named.EXR');
    await register(video, 'auto/video.ts', 1);
    await expect.poll(async () => (await listed('auto/')).length, WAIT).toBe(2);
    expect((await listed('auto/')).map(({ path }) => path)).toEqual(['auto/named.EXR', 'auto/plain']);
    // The queue and the counts follow the rows.
    await expect.poll(metrics, WAIT).toMatch(/^tams_exr_queue_entries 0$/m);
    await expect.poll(metrics, WAIT).toMatch(/^tams_exr_inspections_total\{outcome="inspected"\} [2-9]/m);
  });

  it('shows what could not be inspected, until it can', async () => {
    const flow = await api.newExrFlow();
    const [object] = await api.allocate(flow, { object_ids: ['auto-bad/a.exr'] });
    if (object === undefined) throw new Error('nothing was allocated');
    await api.write(object.put_url, Buffer.from('this is a text'));
    await register(flow, 'auto-bad/a.exr');
    await expect.poll(async () => (await listed('auto-bad/')).length, WAIT).toBe(1);
    const [file] = await api.get<Summary[]>('/exr/files?failed=true&path_prefix=auto-bad/');
    expect(file?.failure).toMatchObject({ type: 'invalid_exr' });
    const shown = await api.get<Inspected>(`/exr/files/${file?.id ?? ''}`);
    expect(shown).toMatchObject({ parts: [], stats: null, validation: null, errors: [{ type: 'invalid_exr' }] });
    expect((await api.send('GET', `/exr/files/${file?.id ?? ''}/similar`)).status).toBe(400);
    expect((await api.send('POST', '/exr/validate', { file_id: file?.id })).status).toBe(400);
    const report = await api.must('POST', '/exr/validate', { path_prefix: 'auto-bad/' });
    expect(report).toMatchObject({ status: 'FAIL', files: [{ status: 'FAIL' }] });
    await expect.poll(metrics, WAIT).toMatch(/^tams_exr_inspections_total\{outcome="failed"\} 1$/m);

    await api.write(object.put_url, renderedFrame(1));
    expect((await api.inspect('auto-bad/a.exr')).persistence).toMatchObject({ outcome: 'superseded' });
    expect(await listed('auto-bad/')).toMatchObject([{ failure: null, part_count: 1 }]);
  });

  it('forgets objects that are reclaimed', async () => {
    const flow = await api.newExrFlow();
    await api.uploadAll(flow, { 'gone/a.exr': renderedFrame(1) });
    await register(flow, 'gone/a.exr');
    await expect.poll(async () => (await listed('gone/')).length, WAIT).toBe(1);
    await api.must('DELETE', `/flows/${flow}/segments`);
    await expect.poll(async () => (await listed('gone/')).length, WAIT).toBe(0);
  });
});

describe('EXR metadata, switched off', () => {
  it('has no routes, and objects are reclaimed all the same', async () => {
    const server = await startTestServer({ env: { EXR: 'false', RECLAIM_GRACE_S: '0' } });
    try {
      const api = new ExrApi(server.baseUrl);
      const answers = await Promise.all([api.send('GET', '/exr/files'), api.send('POST', '/exr/inspect', {})]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      const flow = await api.newExrFlow();
      await api.uploadAll(flow, { 'off/a.exr': renderedFrame(1) });
      expect((await api.postSegments(flow, { object_id: 'off/a.exr', timerange: '[0:0_1:0)' })).status).toBe(201);
      await api.must('DELETE', `/flows/${flow}`);
      await expect.poll(async () => (await api.send('GET', '/objects/off%2Fa.exr')).status, WAIT).toBe(404);
    } finally {
      await server.close();
    }
  });
});

describe('EXR metadata where access goes by tags', () => {
  let classes: ClassServer;
  beforeAll(async () => {
    classes = await startClassServer();
  });
  afterAll(() => classes.close());

  it('shows the files of objects that a principal sees, and no others', async () => {
    const { news, sport, admin } = classes.as;
    const uploadAs = async (api: typeof news, flow: string, names: readonly string[]): Promise<void> => {
      const writer = new ExrApi(api.baseUrl);
      for (const { put_url } of await api.allocate(flow, { object_ids: names })) {
        await writer.write(put_url, renderedFrame(names.length));
      }
      for (const object_id of names) await api.must('POST', '/exr/inspect', { object_id });
    };
    const newsFrames = [1, 2, 3].map((number) => `n/a.${number}.exr`);
    const sportFrames = [1, 2, 4].map((number) => `m/a.${number}.exr`);
    await uploadAs(news, await news.newFlow(tagged('news')), newsFrames);
    await uploadAs(sport, await sport.newFlow(tagged('sport')), sportFrames);

    const list = (api: typeof news): Promise<Summary[]> => api.get('/exr/files');
    expect((await list(admin)).map(({ path }) => path)).toEqual([...sportFrames, ...newsFrames]);
    expect((await list(news)).map(({ path }) => path)).toEqual(newsFrames);
    const pages: Summary[] = [];
    for await (const { items } of news.pages<Summary>('/exr/files?limit=1')) pages.push(...items);
    expect(pages.map(({ path }) => path)).toEqual(newsFrames);

    const [hidden] = await list(sport);
    const [own] = await list(news);
    const { file } = await admin.get<Inspected>(`/exr/files/${own?.id ?? ''}`);
    const byKey = { bucket: file.bucket, key: file.key };
    const stored = await admin.must<Inspected>('POST', '/exr/inspect', byKey);
    const refused: [string, string, unknown?][] = [
      ['GET', `/exr/files/${hidden?.id ?? ''}`],
      ['GET', `/exr/files/${hidden?.id ?? ''}/similar`],
      ['DELETE', `/exr/files/${hidden?.id ?? ''}`],
      ['GET', `/exr/files/${stored.persistence?.id ?? ''}`],
      ['POST', '/exr/inspect', { object_id: sportFrames[0] }],
      ['POST', '/exr/inspect', byKey],
      ['POST', '/exr/validate', { file_id: hidden?.id }],
      ['POST', '/exr/sequences/register', register('m/a.%d.exr')],
    ];
    for (const [method, path, body] of refused) {
      expect((await news.send(method, path, body)).status, `${method} ${path}`).toBe(404);
    }
    const similar = await news.get<{ file: Summary }[]>(`/exr/files/${own?.id ?? ''}/similar`);
    expect(similar.map((each) => each.file.path).sort()).toEqual(newsFrames.slice(1));
    expect(await news.get('/exr/sequences')).toMatchObject([{ pattern: 'n/a.%d.exr', frame_count: 3 }]);
    expect(await sport.get('/exr/sequences')).toMatchObject([{ pattern: 'm/a.%d.exr', missing_count: 1 }]);
    expect(await news.must('POST', '/exr/validate', { path_prefix: '' })).toMatchObject({ counts: { PASS: 3 } });
  });
});

const register = (pattern: string) => ({
  pattern,
  flow_id: '00000000-0000-4000-8000-000000000001',
  source_id: '00000000-0000-4000-8000-000000000002',
  frame_rate: { numerator: 24 },
});
