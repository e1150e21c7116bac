import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, type GetUrl, second, typeOf } from './support/api.ts';

const LABELLED = '11111111-1111-4111-8111-111111111111';
const NAMELESS = '22222222-2222-4222-8222-222222222222';
const UNKNOWN = '33333333-3333-4333-8333-333333333333';

let dataDir: string;
let server: TestServer;
let api: Api;
let flowId: string;
/** One segment of each: an object in either backend, the first with external URLs beside it, and an external object. */
const CASES: { storageId: string | undefined; external: GetUrl[] }[] = [
  {
    storageId: LABELLED,
    external: [
      { url: 'https://e.example/mirror', label: 'mirror' },
      // 8.2 wants a label.
      { url: 'https://e.example/plain', ...(IS_NEWER && { label: 'plain' }) },
    ],
  },
  { storageId: NAMELESS, external: [] },
  { storageId: undefined, external: [{ url: 'https://e.example/outside', label: 'mirror' }] },
];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-get-urls-'));
  const file = join(dataDir, 'backends.json');
  const backends = [
    { id: NAMELESS, type: 'local', path: 'nameless' },
    {
      id: LABELLED,
      type: 'local',
      label: 'labelled',
      path: 'labelled',
      default_storage: true,
      provider: 'here',
      region: 'north',
      availability_zone: 'north-1',
      store_product: 'disk',
      tags: { auth_classes: ['news'] },
    },
  ];
  await writeFile(file, JSON.stringify(backends));
  server = await startTestServer({ dataDir, env: { STORAGE_BACKENDS_FILE: file } });
  api = new Api(server.baseUrl);
  flowId = await api.newFlow();
  for (const [n, { storageId, external }] of CASES.entries()) {
    const objectId =
      storageId === undefined
        ? 'outside'
        : firstOf(await api.allocate(flowId, { limit: 1, storage_id: storageId })).object_id;
    const urls = external.length === 0 ? {} : { get_urls: external };
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange: second(n), ...urls });
  }
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

interface Filters {
  readonly labels: string | undefined;
  readonly storageIds: string | undefined;
  readonly presigned: boolean | undefined;
  readonly verbose: boolean;
}

/** What the definition says of one segment’s URLs, without the signed URLs’ texts. */
function expected({ storageId, external }: (typeof CASES)[number], filters: Filters): object[] {
  const candidates: { label?: string; storage_id?: string; presigned: boolean; details: object; url?: string }[] = [];
  if (storageId === LABELLED) {
    const details = {
      storage_id: LABELLED,
      controlled: true,
      store_type: 'http_object_store',
      provider: 'here',
      region: 'north',
      availability_zone: 'north-1',
      store_product: 'disk',
    };
    candidates.push({ label: 'labelled', storage_id: LABELLED, presigned: true, details });
  }
  if (storageId === NAMELESS) {
    const details = {
      storage_id: NAMELESS,
      controlled: true,
      store_type: 'http_object_store',
      provider: 'local',
      store_product: 'file system',
    };
    candidates.push({ storage_id: NAMELESS, presigned: true, details });
  }
  for (const url of external) candidates.push({ ...url, presigned: false, details: { controlled: false } });
  const labels = filters.labels?.split(',').filter((label) => label !== '');
  const storageIds = filters.storageIds === '' ? undefined : filters.storageIds?.split(',');
  return candidates
    .filter(({ label }) => labels === undefined || (label !== undefined && labels.includes(label)))
    .filter(({ storage_id: id }) => storageIds === undefined || (id !== undefined && storageIds.includes(id)))
    .filter(({ presigned }) => filters.presigned === undefined || filters.presigned === presigned)
    .map(({ label, presigned, url, details }) => ({
      url: url ?? (expect.stringContaining('/media/') as unknown),
      presigned,
      ...(label !== undefined && { label }),
      ...(filters.verbose && details),
    }));
}

const labelChoices = [undefined, '', 'labelled', 'mirror', 'labelled,mirror', 'other'];
const storageChoices = [undefined, '', LABELLED, NAMELESS, `${LABELLED},${NAMELESS}`, UNKNOWN];

describe.each(labelChoices)('accept_get_urls=%s', (labels) => {
  it.each(storageChoices)('with accept_storage_ids=%s, in all combinations with the others', async (storageIds) => {
    for (const presigned of [undefined, true, false]) {
      for (const verbose of [undefined, true, false]) {
        const query = new URLSearchParams({
          ...(labels !== undefined && { accept_get_urls: labels }),
          ...(storageIds !== undefined && { accept_storage_ids: storageIds }),
          ...(presigned !== undefined && { presigned: String(presigned) }),
          ...(verbose !== undefined && { verbose_storage: String(verbose) }),
        }).toString();
        const filters = { labels, storageIds, presigned, verbose: verbose === true };
        const shown = (await api.segments(flowId, query)).map(({ get_urls: urls = [] }) => urls);
        expect(shown, query).toEqual(CASES.map((one) => expected(one, filters)));
      }
    }
  });
});

describe('get_urls', () => {
  it('without labels accepted hold no signature at all', async () => {
    const { text } = await api.send('GET', `/flows/${flowId}/segments?accept_get_urls=`);
    expect(text).not.toContain('signature');
    expect(text).not.toContain('/media/');
    expect((await api.send('GET', `/flows/${flowId}/segments`)).text).toContain('/media/');
  });

  it('are the same for the same object within the signing window, and are good for GET alone', async () => {
    const flow = await api.newFlow();
    const object = firstOf(await api.allocate(flow));
    await api.upload(object, 'bytes');
    await api.must('POST', `/flows/${flow}/segments`, { object_id: object.object_id, timerange: second(0) });
    const other = await api.newFlow();
    await api.must('POST', `/flows/${other}/segments`, { object_id: object.object_id, timerange: second(7) });
    const urlOf = async (id: string, query = '') => firstOf(firstOf(await api.segments(id, query)).get_urls ?? []).url;
    const url = await urlOf(flow);
    expect(await urlOf(flow, 'limit=1')).toBe(url);
    expect(await urlOf(other)).toBe(url);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { method: 'PUT', body: 'other', headers: { 'content-type': 'video/mp2t' } })).status).toBe(
      403,
    );
    expect((await fetch(object.put_url.url)).status).toBe(403);
    expect((await fetch(url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(403);
    expect((await fetch(url.replace(object.object_id, 'another'))).status).toBe(403);
  });

  it('of an object that was never uploaded are given all the same', async () => {
    const { get_urls: urls = [] } = firstOf(await api.segments(flowId));
    expect((await fetch(firstOf(urls).url)).status).toBe(404);
  });

  it.each(['', 'verbose_storage=true'])(
    'may be posted again as they were listed, to correct a segment: %s',
    async (query) => {
      const flow = await api.newFlow();
      const own = [LABELLED, NAMELESS].map((id) => api.allocate(flow, { limit: 1, storage_id: id }).then(firstOf));
      const [labelled, nameless] = await Promise.all(own);
      const outside = { url: 'https://e.example/', label: 'mirror' };
      await api.must('POST', `/flows/${flow}/segments`, [
        { object_id: labelled?.object_id, timerange: second(0) },
        { object_id: nameless?.object_id, timerange: second(1), get_urls: [outside] },
        { object_id: `outside of ${flow}`, timerange: second(2), get_urls: [outside] },
      ]);
      const listed = await api.segments(flow, query);
      await api.must('DELETE', `/flows/${flow}/segments`);
      await api.must(
        'POST',
        `/flows/${flow}/segments`,
        listed.map(({ get_urls: urls = [], ...segment }) => ({
          ...segment,
          key_frame_count: 1,
          // 8.2 takes none without a label, as one backend here has them.
          get_urls: urls.filter(({ label }) => !IS_NEWER || label !== undefined),
        })),
      );
      expect(await api.segments(flow, query)).toEqual(listed.map((segment) => ({ ...segment, key_frame_count: 1 })));
    },
  );

  it('of a client may not bear the label of a backend', async () => {
    const segment = {
      object_id: 'with a label that is taken',
      timerange: second(50),
      get_urls: [{ url: 'https://e.example/', label: 'labelled' }],
    };
    const refused = await api.postSegments(flowId, segment);
    expect([refused.status, typeOf(refused)]).toEqual([400, 'invalid_segment']);
    expect(await api.segments(flowId)).toHaveLength(CASES.length);
  });

  it('are in the order of preference that the backends are listed in', async () => {
    const backends = await api.get<{ id: string }[]>('/service/storage-backends');
    expect(backends.map(({ id }) => id)).toEqual([LABELLED, NAMELESS]);
  });

  it.skipIf(IS_NEWER)('and the backends show no tags, which TAMS 7.0 does not have', async () => {
    const shown = [
      await api.get('/service/storage-backends'),
      await api.get(`/flows/${flowId}/segments?verbose_storage=true`),
    ];
    expect(JSON.stringify(shown)).not.toMatch(/tags|auth_classes/);
  });
});
