import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioFlow, multiFlow, videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, summaryOf, typeOf } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ env: { DELETE_SYNC_MAX: '2' } });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const ids = () => ({ id: randomUUID(), source_id: randomUUID() });

async function put<Flow extends { id: string; source_id: string }>(flow: Flow): Promise<Flow> {
  await api.must('PUT', `/flows/${flow.id}`, flow);
  return flow;
}

/** A programme: a multi flow that collects a video and an audio flow. */
async function programme() {
  const video = await put(videoFlow(ids()));
  const audio = await put(audioFlow(ids()));
  const collection = [
    { id: video.id, role: 'video', container_mapping: { mp2ts_container: { pid: 100 } } },
    { id: audio.id, role: 'audio' },
  ];
  const multi = await put(multiFlow(ids(), { flow_collection: collection }));
  return { video, audio, multi, collection };
}

const collectedBy = async (path: string) =>
  (await api.get<{ collected_by?: string[] }>(path)).collected_by?.toSorted() ?? [];
const sourceCollection = async (id: string) =>
  (await api.get<{ source_collection?: { id: string; role: string }[] }>(`/sources/${id}`)).source_collection ?? [];

describe('a flow collection', () => {
  it('is kept in its order, and shows at its members and at the sources of all', async () => {
    const { video, audio, multi, collection } = await programme();
    expect(await api.get(`/flows/${multi.id}`)).toMatchObject({ flow_collection: collection });
    expect(await api.get(`/flows/${multi.id}/flow_collection`)).toEqual(collection);
    expect(await collectedBy(`/flows/${video.id}`)).toEqual([multi.id]);
    expect(await collectedBy(`/flows/${audio.id}`)).toEqual([multi.id]);
    expect(await collectedBy(`/flows/${multi.id}`)).toEqual([]);
    expect(await collectedBy(`/sources/${video.source_id}`)).toEqual([multi.source_id]);
    expect(await sourceCollection(multi.source_id)).toEqual([
      { id: video.source_id, role: 'video' },
      { id: audio.source_id, role: 'audio' },
    ]);
    const listed = await api.all<{ id: string; collected_by?: string[] }>('/flows');
    expect(listed.find(({ id }) => id === audio.id)?.collected_by).toEqual([multi.id]);
    const sources = await api.all<{ id: string; collected_by?: string[] }>('/sources');
    expect(sources.find(({ id }) => id === audio.source_id)?.collected_by).toEqual([multi.source_id]);
  });

  it('changes what is inferred from it as soon as it changes', async () => {
    const { video, audio, multi } = await programme();
    await api.must('PUT', `/flows/${multi.id}/flow_collection`, [{ id: audio.id, role: 'commentary' }]);
    expect(await collectedBy(`/flows/${video.id}`)).toEqual([]);
    expect(await collectedBy(`/sources/${video.source_id}`)).toEqual([]);
    expect(await sourceCollection(multi.source_id)).toEqual([{ id: audio.source_id, role: 'commentary' }]);
    await api.must('DELETE', `/flows/${multi.id}/flow_collection`);
    expect(await collectedBy(`/flows/${audio.id}`)).toEqual([]);
    expect(await sourceCollection(multi.source_id)).toEqual([]);
    await put({ ...multi, flow_collection: [{ id: video.id, role: 'x' }] });
    expect(await collectedBy(`/flows/${video.id}`)).toEqual([multi.id]);
    await put(multiFlow({ id: multi.id, source_id: multi.source_id }));
    expect(await collectedBy(`/flows/${video.id}`)).toEqual([]);
    // A member that moves to another source takes the relation along.
    await put({ ...multi, flow_collection: [{ id: video.id, role: 'x' }] });
    const elsewhere = randomUUID();
    await put({ ...video, source_id: elsewhere });
    expect(await sourceCollection(multi.source_id)).toEqual([{ id: elsewhere, role: 'x' }]);
  });

  it.each([
    ['without segments', 0],
    ['with more segments than one request deletes', 3],
  ])(
    'that is read-only keeps a member %s: its deletion is a 403 that names the collection',
    async (_what, segments) => {
      const { video, audio, multi, collection } = await programme();
      await api.fill(video.id, segments);
      await api.must('PUT', `/flows/${multi.id}/read_only`, true);
      const before = await api.get(`/flows/${multi.id}`);
      for (const { id } of [video, audio]) {
        const refused = await api.send('DELETE', `/flows/${id}`);
        expect([refused.status, typeOf(refused)]).toEqual([403, 'flow_read_only']);
        expect(summaryOf(refused)).toContain(multi.id);
      }
      expect(await api.get(`/flows/${multi.id}`)).toEqual(before);
      expect(await api.segments(video.id)).toHaveLength(segments);
      await api.must('PUT', `/flows/${multi.id}/read_only`, false);
      await api.must('DELETE', `/flows/${video.id}`);
      expect(await api.get(`/flows/${multi.id}/flow_collection`)).toEqual(collection.slice(1));
    },
  );

  it('loses a member that is deleted, and its members lose it when it is deleted', async () => {
    const { video, audio, multi } = await programme();
    const before = await api.get<{ metadata_version: string }>(`/flows/${multi.id}`);
    await api.must('DELETE', `/flows/${video.id}`);
    const after = await api.get<{ metadata_version: string }>(`/flows/${multi.id}`);
    expect(after).toMatchObject({ flow_collection: [{ id: audio.id, role: 'audio' }] });
    expect(after.metadata_version).not.toBe(before.metadata_version);
    expect(await sourceCollection(multi.source_id)).toEqual([{ id: audio.source_id, role: 'audio' }]);
    await api.must('DELETE', `/flows/${multi.id}`);
    expect(await collectedBy(`/flows/${audio.id}`)).toEqual([]);
    expect(await collectedBy(`/sources/${audio.source_id}`)).toEqual([]);
  });

  it('names a source once, however many flows lead to it, and all that collect it', async () => {
    const source = randomUUID();
    const [high, low] = [
      await put(videoFlow({ id: randomUUID(), source_id: source })),
      await put(videoFlow({ id: randomUUID(), source_id: source })),
    ];
    const one = await put(
      multiFlow(ids(), {
        flow_collection: [
          { id: high.id, role: 'video' },
          { id: low.id, role: 'video' },
          { id: low.id, role: 'proxy' },
        ],
      }),
    );
    const other = await put(multiFlow(ids(), { flow_collection: [{ id: high.id, role: 'video' }] }));
    expect(await sourceCollection(one.source_id)).toEqual([
      { id: source, role: 'video' },
      { id: source, role: 'proxy' },
    ]);
    expect(await collectedBy(`/flows/${high.id}`)).toEqual([one.id, other.id].toSorted());
    expect(await collectedBy(`/flows/${low.id}`)).toEqual([one.id]);
    expect(await collectedBy(`/sources/${source}`)).toEqual([one.source_id, other.source_id].toSorted());
  });
});

describe('a flow collection is refused', () => {
  it('where members do not exist, naming those', async () => {
    const { video, multi, collection } = await programme();
    const [missing, other] = [randomUUID(), randomUUID()];
    const wrong = [missing, video.id, other].map((id) => ({ id, role: 'x' }));
    for (const [path, body] of [
      [`/flows/${multi.id}`, { ...multi, flow_collection: wrong }],
      [`/flows/${multi.id}/flow_collection`, wrong],
    ] as const) {
      const result = await api.send('PUT', path, body);
      expect([result.status, typeOf(result)]).toEqual([400, 'invalid_flow_collection']);
      expect(summaryOf(result)).toContain(missing);
      expect(summaryOf(result)).toContain(other);
      expect(summaryOf(result)).not.toContain(video.id);
    }
    expect(await api.get(`/flows/${multi.id}/flow_collection`)).toEqual(collection);
    const fresh = multiFlow(ids(), { flow_collection: wrong });
    expect((await api.send('PUT', `/flows/${fresh.id}`, fresh)).status).toBe(400);
    expect((await api.send('GET', `/flows/${fresh.id}`)).status).toBe(404);
    expect((await api.send('GET', `/sources/${fresh.source_id}`)).status).toBe(404);
  });

  it('where the flow collects itself, directly or in a circle', async () => {
    const { video, multi } = await programme();
    const outer = await put(multiFlow(ids(), { flow_collection: [{ id: multi.id, role: 'x' }] }));
    const outermost = await put(multiFlow(ids(), { flow_collection: [{ id: outer.id, role: 'x' }] }));
    for (const [collector, member] of [
      [video.id, video.id],
      [multi.id, multi.id],
      [video.id, multi.id],
      [multi.id, outer.id],
      [video.id, outermost.id],
    ] as const) {
      const result = await api.send('PUT', `/flows/${collector}/flow_collection`, [{ id: member, role: 'x' }]);
      expect([result.status, typeOf(result)]).toEqual([400, 'invalid_flow_collection']);
    }
    // The same flow twice from above is no circle.
    await api.must('PUT', `/flows/${outermost.id}/flow_collection`, [
      { id: outer.id, role: 'x' },
      { id: multi.id, role: 'y' },
      { id: video.id, role: 'z' },
    ]);
  });
});
