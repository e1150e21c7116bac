import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { later } from '../behaviour/support/clock.ts';
import { Api, type Allocated, firstOf, second, summaryOf } from '../behaviour/support/api.ts';

const MAIN = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const GONE = '33333333-3333-4333-8333-333333333333';

let dataDir: string;
let backends: string;
let server: TestServer;
let api: Api;
let flowId: string;
let objectId: string;

const ENV = {
  RECLAIM_GRACE_S: '0',
  PRESIGN_EXPIRES_S: '30',
  PRESIGN_GRID_S: '1',
  SOFT_DELETE: 'true',
  WEBHOOK_ALLOW_HOSTS: '127.0.0.1',
};
const start = (env: Record<string, string> = {}) =>
  startTestServer({ dataDir, inProcess: 'clock', env: { ...ENV, STORAGE_BACKENDS_FILE: backends, ...env } });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-instances-'));
  backends = join(dataDir, 'backends.json');
  const local = (id: string, label: string) => ({ id, type: 'local', label, path: label });
  await writeFile(backends, JSON.stringify([{ ...local(MAIN, 'main'), default_storage: true }, local(OTHER, 'other')]));
  server = await start();
  api = new Api(server.baseUrl);
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

beforeEach(async () => {
  flowId = await api.newFlow();
  objectId = await newObject();
});

/** An object with bytes, which a segment of the flow uses. */
async function newObject(at = 0): Promise<string> {
  const object = firstOf(await api.allocate(flowId));
  expect(await api.upload(object, contentOf(object.object_id))).toBe(200);
  await use(object.object_id, at);
  return object.object_id;
}

async function use(id: string, at: number, more: object = {}): Promise<void> {
  const result = await api.postSegments(flowId, { object_id: id, timerange: second(at), ...more });
  expect(result.status, result.text).toBe(201);
}

const contentOf = (id: string): string => `content of ${id}`;
const pathOf = (id: string, query = ''): string => `/v8.2/objects/${encodeURIComponent(id)}/instances${query}`;
const add = (body: unknown, id = objectId) => api.send('POST', pathOf(id), body);
const remove = (query: string, id = objectId) => api.send('DELETE', pathOf(id, `?${query}`));

interface Shown {
  url: string;
  label?: string;
}

const urlsOf = async (id = objectId): Promise<Shown[]> =>
  (await api.get<{ get_urls: Shown[] }>(`/v8.2/objects/${encodeURIComponent(id)}`)).get_urls;
const labelsOf = async (id = objectId) => (await urlsOf(id)).map(({ label }) => label);
const segmentLabels = async (flow = flowId) =>
  (await api.segments(flow)).map(({ get_urls: urls }) => (urls ?? []).map(({ label }) => label));

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
const copiesOf = async (id: string, folder = 'other'): Promise<string[]> =>
  (await filesOf(folder)).filter((name) => name.startsWith(id));

/** Has the workers look until the assertion holds. */
const eventually = (assertion: () => Promise<void>) =>
  vi.waitFor(
    async () => {
      await server.lookForDue();
      await assertion();
    },
    { timeout: 60_000, interval: 100 },
  );

async function serve(answer: (path: string) => { status: number; body: string }): Promise<Server & { url: string }> {
  const external = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), 'content-type': 'video/mp2t' }).end(body);
  });
  external.listen(0, '127.0.0.1');
  await once(external, 'listening');
  return Object.assign(external, { url: `http://127.0.0.1:${(external.address() as AddressInfo).port}` });
}

describe('a copy to a storage backend', () => {
  it('is shown by both versions, to each segment that uses the object, when its bytes are there', async () => {
    await use(objectId, 7);
    const other = await api.newFlow();
    await api.must('POST', `/flows/${other}/segments`, { object_id: objectId, timerange: second(3) });
    expect(await segmentLabels()).toEqual([['main'], ['main']]);
    const { status, text } = await add({ storage_id: OTHER });
    expect([status, text]).toEqual([201, '']);
    await eventually(async () => {
      expect(await labelsOf()).toEqual(['main', 'other']);
    });
    for (const { url } of await urlsOf()) expect(await (await fetch(url)).text()).toBe(contentOf(objectId));
    expect(await segmentLabels()).toEqual([
      ['main', 'other'],
      ['main', 'other'],
    ]);
    expect(await segmentLabels(other)).toEqual([['main', 'other']]);
    await use(objectId, 9);
    expect((await segmentLabels()).at(-1)).toEqual(['main', 'other']);
  });

  it.each([
    ['of an unknown backend', { storage_id: GONE }, /storage_id.*there is no storage backend/],
    ['where the object has one', { storage_id: MAIN }, /has an instance in storage backend/],
    ['of no UUID', { storage_id: 'main' }, /storage_id/],
    ['with a URL besides', { storage_id: OTHER, url: 'https://e.example/', label: 'x' }, /storage_id must be left out/],
    ['of nothing', {}, /url is required/],
  ])('is refused %s', async (_, body, summary) => {
    const result = await add(body);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringMatching(summary)]);
  });

  it('is refused for an object that nothing ever used, and for none', async () => {
    const { object_id: allocated }: Allocated = firstOf(await api.allocate(flowId));
    expect((await add({ storage_id: OTHER }, allocated)).status).toBe(404);
    expect((await add({ storage_id: OTHER }, 'no such')).status).toBe(404);
    expect((await remove(`storage_id=${MAIN}`, 'no such')).status).toBe(404);
  });

  it('is made of what can be read: the next instance where one lacks its bytes', async () => {
    const external = await serve(() => ({ status: 200, body: 'from outside' }));
    const [lost] = [firstOf(await api.allocate(flowId)).object_id];
    await use(lost, 5);
    expect((await add({ url: `${external.url}/there`, label: 'outside' }, lost)).status).toBe(201);
    expect((await add({ storage_id: OTHER }, lost)).status).toBe(201);
    await eventually(async () => {
      expect(await labelsOf(lost)).toEqual(['main', 'other', 'outside']);
    });
    const copied = (await urlsOf(lost)).find(({ label }) => label === 'other');
    const answer = await fetch(copied?.url ?? '');
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['from outside', 'video/mp2t']);
    external.close();
  });

  it('is made of an external object alone, and may then lose that', async () => {
    const external = await serve(() => ({ status: 200, body: 'external' }));
    await use('outside/a b', 4, { get_urls: [{ url: `${external.url}/x`, label: 'outside' }] });
    expect((await api.send('POST', '/v8.2/objects/outside/a%20b/instances', { storage_id: OTHER })).status).toBe(201);
    await eventually(async () => {
      expect(await labelsOf('outside/a b')).toEqual(['other', 'outside']);
    });
    expect((await api.send('DELETE', '/v8.2/objects/outside/a%20b/instances?label=outside')).status).toBe(204);
    expect(await labelsOf('outside/a b')).toEqual(['other']);
    external.close();
  });

  it('waits for a source that fails, and is given up where no attempt can succeed', async () => {
    let status = 503;
    const external = await serve((path) => ({ status: path === '/gone' ? 404 : status, body: 'later' }));
    await use('later', 4, { get_urls: [{ url: `${external.url}/later`, label: 'outside' }] });
    expect((await add({ storage_id: OTHER }, 'later')).status).toBe(201);
    await server.lookForDue();
    const again = await add({ storage_id: OTHER }, 'later');
    expect([again.status, summaryOf(again)]).toEqual([400, expect.stringContaining('under way')]);
    status = 200;
    await eventually(async () => {
      expect(await labelsOf('later')).toEqual(['other', 'outside']);
    });

    await use('never', 6, { get_urls: [{ url: `${external.url}/gone`, label: 'outside' }] });
    expect((await add({ storage_id: OTHER }, 'never')).status).toBe(201);
    await eventually(async () => {
      expect((await call('/metrics')).match(/tams_instance_copies_total\{result="failed"\} (\d+)/)?.[1]).toBe('1');
    });
    expect(await labelsOf('never')).toEqual(['outside']);
    // It can be asked for again.
    expect((await add({ storage_id: OTHER }, 'never')).status).toBe(201);
    await eventually(async () => {
      expect(await call('/metrics')).toContain('tams_instance_jobs{task="copy"} 0');
    });
    external.close();
  });

  it('survives a restart, and waits only so often', async () => {
    const external = await serve(() => ({ status: 503, body: '' }));
    await use('waiting', 4, { get_urls: [{ url: `${external.url}/`, label: 'outside' }] });
    await server.close();
    server = await start({ INSTANCE_COPIES_PER_PRINCIPAL_MAX: '1' });
    api = new Api(server.baseUrl);
    expect((await add({ storage_id: OTHER }, 'waiting')).status).toBe(201);
    const second = await add({ storage_id: OTHER });
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60']);
    await server.close();
    external.removeAllListeners('request');
    external.on('request', (_, response) => {
      response.writeHead(200, { 'content-length': 1 }).end('x');
    });
    server = await start();
    api = new Api(server.baseUrl);
    await eventually(async () => {
      expect(await labelsOf('waiting')).toEqual(['other', 'outside']);
    });
    external.close();
  });
});

const call = async (path: string): Promise<string> => (await fetch(server.baseUrl + path)).text();

describe('an instance outside', () => {
  it('is there at once, for each segment, beside URLs of its own', async () => {
    await use(objectId, 3, { get_urls: [{ url: 'https://own.example/', label: 'own' }] });
    expect((await add({ url: 'https://e.example/a', label: 'cdn' })).status).toBe(201);
    expect(await labelsOf()).toEqual(['main', 'cdn']);
    expect(await segmentLabels()).toEqual([
      ['main', 'cdn'],
      ['main', 'own', 'cdn'],
    ]);
    expect((await remove('label=cdn')).status).toBe(204);
    expect(await segmentLabels()).toEqual([['main'], ['main', 'own']]);
  });

  it.each([
    ['without a label', { url: 'https://e.example/' }, /label is required/],
    ['without a URL', { label: 'x' }, /url is required/],
    ['with a label that no URL can name', { url: 'https://e.example/', label: '\ud800' }, /label.*well-formed Unicode/],
    ['with a label of a backend', { url: 'https://e.example/', label: 'other' }, /label.*belongs to a storage backend/],
    ['with an empty label', { url: 'https://e.example/', label: '' }, /label/],
    ['that is no web address', { url: 'file:///etc/passwd', label: 'x' }, /url.*http/],
  ])('is refused %s', async (_, body, summary) => {
    const result = await add(body);
    expect([result.status, summaryOf(result)]).toEqual([400, expect.stringMatching(summary)]);
  });

  it('is refused where the object has the label, or too many', async () => {
    expect((await add({ url: 'https://e.example/a', label: 'cdn' })).status).toBe(201);
    const twice = await add({ url: 'https://e.example/b', label: 'cdn' });
    expect([twice.status, summaryOf(twice)]).toEqual([400, expect.stringContaining('"cdn"')]);
    await server.close();
    server = await start({ DOCUMENT_ITEMS_MAX: '2' });
    api = new Api(server.baseUrl);
    expect((await add({ url: 'https://e.example/b', label: 'more' })).status).toBe(400);
    await server.close();
    server = await start();
    api = new Api(server.baseUrl);
  });
});

describe('deleting an instance', () => {
  it('takes it from all segments at once, and its bytes when its URLs have run out', async () => {
    await add({ storage_id: OTHER });
    await eventually(async () => {
      expect(await labelsOf()).toEqual(['main', 'other']);
    });
    expect((await remove(`storage_id=${MAIN}`)).status).toBe(204);
    expect(await labelsOf()).toEqual(['other']);
    expect(await segmentLabels()).toEqual([['other']]);
    await server.lookForDue();
    expect(await copiesOf(objectId, 'main')).toHaveLength(1);
    later(40);
    await eventually(async () => {
      expect(await copiesOf(objectId, 'main')).toEqual([]);
    });
    expect(await (await fetch((await urlsOf())[0]?.url ?? '')).text()).toBe(contentOf(objectId));
    // Back again, at a path that was never used.
    expect((await add({ storage_id: MAIN })).status).toBe(201);
    await eventually(async () => {
      expect(await labelsOf()).toEqual(['other', 'main']);
    });
  });

  it.each(['', `storage_id=${MAIN}&label=main`])(
    'is refused without one of storage_id and label: %s',
    async (query) => {
      expect((await remove(query)).status).toBe(400);
    },
  );

  it('is refused for the last one, by its id or its label, and a 404 for one that is not there', async () => {
    for (const query of [`storage_id=${MAIN}`, 'label=main']) {
      const last = await remove(query);
      expect([last.status, summaryOf(last)]).toEqual([400, expect.stringContaining('last instance')]);
    }
    for (const query of [`storage_id=${OTHER}`, 'label=other', 'label=none']) {
      expect((await remove(query)).status).toBe(404);
    }
  });

  it('leaves an object that has others outside, and takes the label of a backend for its instance', async () => {
    await add({ url: 'https://e.example/a', label: 'cdn' });
    expect((await remove('label=main')).status).toBe(204);
    expect(await labelsOf()).toEqual(['cdn']);
    expect(await segmentLabels()).toEqual([['cdn']]);
  });
});

describe('instances and the end of their objects', () => {
  it('go with the object, those that are being made too', async () => {
    const external = await serve(() => ({ status: 503, body: '' }));
    const waiting = `waiting-${flowId}`;
    await use(waiting, 4, { get_urls: [{ url: `${external.url}/`, label: 'outside' }] });
    await add({ storage_id: OTHER });
    await eventually(async () => {
      expect(await labelsOf()).toEqual(['main', 'other']);
    });
    await add({ storage_id: OTHER }, waiting);
    await api.must('DELETE', `/flows/${flowId}`);
    await api.must('DELETE', '/internal/deleted');
    await eventually(async () => {
      expect((await api.send('GET', `/v8.2/objects/${objectId}`)).status).toBe(404);
      expect((await api.send('GET', `/v8.2/objects/${waiting}`)).status).toBe(404);
    });
    await eventually(async () => {
      expect([
        ...(await copiesOf(objectId)),
        ...(await copiesOf(objectId, 'main')),
        ...(await copiesOf(waiting)),
      ]).toEqual([]);
    });
    external.close();
  });

  it('come back from the trash as they are by then', async () => {
    await add({ url: 'https://e.example/a', label: 'old' });
    await api.must('DELETE', `/flows/${flowId}/segments`);
    // Another segment keeps the object in use.
    await use(objectId, 20);
    await add({ storage_id: OTHER });
    await eventually(async () => {
      expect(await labelsOf()).toEqual(['main', 'other', 'old']);
    });
    expect((await remove('label=old')).status).toBe(204);
    expect((await remove(`storage_id=${MAIN}`)).status).toBe(204);
    await api.must('POST', `/internal/flows/${flowId}/segments/restore?timerange=_`);
    expect(await segmentLabels()).toEqual([['other'], ['other']]);
  });
});

it('are of initialisation segments too, which keep none of those of their media objects', async () => {
  const flow = await api.get<Record<string, unknown>>(`/v8.2/flows/${flowId}`);
  const essence = flow['essence_parameters'] as object;
  await api.must('PUT', `/v8.2/flows/${flowId}`, { ...flow, essence_parameters: { ...essence, init_segments: true } });
  const [init, media] = await api.allocate(flowId, { limit: 2 });
  if (init === undefined || media === undefined) throw new Error('two objects were asked for');
  for (const object of [init, media]) expect(await api.upload(object, contentOf(object.object_id))).toBe(200);
  await api.must('POST', `/v8.2/flows/${flowId}/segments`, {
    object_id: media.object_id,
    init_object_id: init.object_id,
    timerange: second(2),
  });
  const initLabels = async () => {
    const path = `/v8.2/flows/${flowId}/segments?object_id=${media.object_id}`;
    const [segment] = await api.get<{ get_urls: Shown[]; init_object: { get_urls: Shown[] } }[]>(path);
    return [segment?.get_urls.map(({ label }) => label), segment?.init_object.get_urls.map(({ label }) => label)];
  };
  expect(await initLabels()).toEqual([['main'], ['main']]);
  expect((await add({ storage_id: OTHER }, init.object_id)).status).toBe(201);
  await eventually(async () => {
    expect(await initLabels()).toEqual([['main'], ['main', 'other']]);
  });
  expect((await remove(`storage_id=${MAIN}`, init.object_id)).status).toBe(204);
  expect(await initLabels()).toEqual([['main'], ['other']]);
});

it('is an operation of 8.2 alone', async () => {
  const result = await api.send('POST', `/v7.0/objects/${objectId}/instances`, { storage_id: OTHER });
  expect([result.status, summaryOf(result)]).toEqual([404, expect.stringContaining('/v8.2')]);
});
