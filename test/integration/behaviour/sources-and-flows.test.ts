import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { audioFlow, dataFlow, imageFlow, multiFlow, videoFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second, summaryOf, typeOf } from './support/api.ts';

/** Times are shown in whole seconds. */
const passSeconds = (seconds: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
};
afterEach(() => {
  vi.useRealTimers();
});

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'clock' });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const ids = () => ({ id: randomUUID(), source_id: randomUUID() });
const status = async (method: string, path: string, json?: unknown) => (await api.send(method, path, json)).status;
type Shown = Record<string, unknown> & { metadata_version: string; created: string; metadata_updated: string };

describe('a source', () => {
  it('exists as long as a flow names it', async () => {
    const { source_id: source } = ids();
    expect(await status('GET', `/sources/${source}`)).toBe(404);
    const [one, other] = [await api.newFlow({ source_id: source }), await api.newFlow({ source_id: source })];
    expect(await api.get(`/sources/${source}`)).toMatchObject({
      id: source,
      format: 'urn:x-nmos:format:video',
      created_by: 'anonymous',
      updated_by: 'anonymous',
    });
    await api.must('DELETE', `/flows/${one}`);
    expect(await status('GET', `/sources/${source}`)).toBe(200);
    await api.must('DELETE', `/flows/${other}`);
    expect(await status('GET', `/sources/${source}`)).toBe(404);
    expect((await api.all<{ id: string }>('/sources')).map(({ id }) => id)).not.toContain(source);
  });

  it('keeps its own label, description and tags, whatever becomes of its flows', async () => {
    const { source_id: source } = ids();
    const flow = await api.newFlow({ source_id: source, label: 'of the flow', tags: { a: 'flow' } });
    await api.must('PUT', `/sources/${source}/label`, 'mine');
    await api.must('PUT', `/sources/${source}/description`, 'my own');
    await api.must('PUT', `/sources/${source}/tags/a`, 'source');
    await api.must('PUT', `/flows/${flow}`, videoFlow({ id: flow, source_id: source }));
    await api.newFlow({ source_id: source });
    expect(await api.get(`/sources/${source}`)).toMatchObject({
      label: 'mine',
      description: 'my own',
      tags: { a: 'source' },
    });
    expect(await api.get('/sources?tag.a=source')).toHaveLength(1);
    expect(await api.get('/sources?tag.a=flow')).toEqual([]);
  });

  it('has flows of one format', async () => {
    const { id, source_id: source } = ids();
    await api.newFlow({ source_id: source });
    const refused = await api.send('PUT', `/flows/${id}`, audioFlow({ id, source_id: source }));
    expect([refused.status, typeOf(refused)]).toEqual([400, 'invalid_flow']);
    expect(summaryOf(refused)).toContain('format');
    expect(await status('GET', `/flows/${id}`)).toBe(404);
  });

  it('takes a flow that moves to it, and goes when its last flow moves away', async () => {
    const [from, to] = [randomUUID(), randomUUID()];
    const id = await api.newFlow({ source_id: from });
    await api.newFlow({ source_id: to });
    await api.must('PUT', `/flows/${id}`, videoFlow({ id, source_id: to }));
    expect(await status('GET', `/sources/${from}`)).toBe(404);
    expect(await api.get(`/flows?source_id=${to}`)).toHaveLength(2);
    expect(await api.get(`/flows?source_id=${from}`)).toEqual([]);
    const audio = ids();
    await api.must('PUT', `/flows/${audio.id}`, audioFlow(audio));
    const refused = await api.send('PUT', `/flows/${id}`, videoFlow({ id, source_id: audio.source_id }));
    expect([refused.status, typeOf(refused)]).toEqual([400, 'invalid_flow']);
    expect(await api.get(`/flows/${id}`)).toMatchObject({ source_id: to });
  });
});

describe('a flow', () => {
  it.each([
    [
      'video',
      videoFlow(ids(), {
        label: 'v',
        description: 'd',
        tags: { 'odd name/%': 'va"lue', empty: '' },
        generation: 0,
        segment_duration: { numerator: 48048, denominator: 25000 },
        avg_bit_rate: 6000,
        max_bit_rate: 9000,
        metadata_version: 'v1',
        container_mapping: { track_index: 1, mp2ts_container: { pid: 256 } },
        essence_parameters: {
          frame_rate: { numerator: 50000, denominator: 1001 },
          frame_width: 3840,
          frame_height: 2160,
          bit_depth: 10,
          interlace_mode: 'interlaced_tff',
          colorspace: 'BT2100',
          transfer_characteristic: 'HLG',
          aspect_ratio: { numerator: 16, denominator: 9 },
          pixel_aspect_ratio: { numerator: 1, denominator: 1 },
          component_type: 'YCbCr',
          horiz_chroma_subs: 2,
          vert_chroma_subs: 1,
          unc_parameters: { unc_type: 'v210' },
          avc_parameters: { profile: 100, level: 40, flags: 0 },
        },
      }),
    ],
    [
      'audio',
      audioFlow(ids(), {
        essence_parameters: {
          sample_rate: 48000,
          channels: 6,
          bit_depth: 24,
          codec_parameters: { coded_frame_size: 1024, mp4_oti: 2 },
          unc_parameters: { unc_type: 'planar' },
        },
      }),
    ],
    ['image', imageFlow(ids())],
    ['data', dataFlow(ids())],
    ['multi', multiFlow(ids(), { codec: 'video/mp2t' })],
  ])('of %s is read back whole, alone, in a list and after a change of one property', async (_, flow) => {
    expect(await status('PUT', `/flows/${flow.id}`, flow)).toBe(201);
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject(flow);
    expect(await api.get(`/flows?source_id=${flow.source_id}`)).toMatchObject([flow]);
    await api.must('PUT', `/flows/${flow.id}/label`, 'another');
    const { metadata_version: _version, ...kept } = flow as Record<string, unknown>;
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ ...kept, label: 'another' });
  });

  it('that is replaced loses what the new one does not have', async () => {
    const flow = videoFlow(ids());
    const more = {
      label: 'a',
      description: 'b',
      tags: { c: 'd' },
      avg_bit_rate: 5,
      container_mapping: { track_index: 1 },
    };
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, ...more });
    expect(await status('PUT', `/flows/${flow.id}`, flow)).toBe(204);
    const shown = await api.get<Shown>(`/flows/${flow.id}`);
    for (const property of Object.keys(more)) expect(shown).not.toHaveProperty(property);
    expect(await api.get(`/flows?tag.c=d&source_id=${flow.source_id}`)).toEqual([]);
    expect(await api.get(`/flows?label=a&source_id=${flow.source_id}`)).toEqual([]);
    expect(await status('GET', `/flows/${flow.id}/label`)).toBe(404);
  });

  it('keeps its segments and its age when it is replaced', async () => {
    const flow = videoFlow(ids());
    await api.must('PUT', `/flows/${flow.id}`, flow);
    const objectId = await api.newObject(flow.id);
    await api.must('POST', `/flows/${flow.id}/segments`, { object_id: objectId, timerange: second(0) });
    const before = await api.get<Shown>(`/flows/${flow.id}`);
    passSeconds(2);
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, label: 'new' });
    const after = await api.get<Shown>(`/flows/${flow.id}`);
    expect(after).toMatchObject({ created: before.created, segments_updated: before['segments_updated'] });
    expect(after.metadata_updated > before.metadata_updated).toBe(true);
    expect(await api.segments(flow.id)).toHaveLength(1);
  });

  it('ignores what is the server’s to say, and keeps who made it where that is given', async () => {
    const flow = videoFlow(ids());
    const forged = {
      created: '2001-01-01T00:00:00Z',
      metadata_updated: '2001-01-01T00:00:00Z',
      segments_updated: '2001-01-01T00:00:00Z',
      timerange: '[0:0_1:0)',
      collected_by: [randomUUID()],
    };
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, ...forged });
    const shown = await api.get<Shown>(`/flows/${flow.id}`);
    expect(shown).toMatchObject({ created_by: 'anonymous', updated_by: 'anonymous' });
    for (const [property, value] of Object.entries(forged)) expect(shown[property]).not.toEqual(value);
    for (const property of ['segments_updated', 'timerange', 'collected_by'])
      expect(shown).not.toHaveProperty(property);
    await api.must('PUT', `/flows/${flow.id}`, { ...flow, created_by: 'ann', updated_by: 'bob' });
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ created_by: 'ann', updated_by: 'bob' });
    await api.must('PUT', `/flows/${flow.id}`, flow);
    expect(await api.get(`/flows/${flow.id}`)).toMatchObject({ created_by: 'ann', updated_by: 'anonymous' });
  });

  it('tells when its segments changed, and only that', async () => {
    const flowId = await api.newFlow();
    expect(await api.get(`/flows/${flowId}`)).not.toHaveProperty('segments_updated');
    const made = await api.get<Shown>(`/flows/${flowId}`);
    const objectId = await api.newObject(flowId);
    const updated = async () => (await api.get<{ segments_updated: string }>(`/flows/${flowId}`)).segments_updated;
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: objectId, timerange: second(0) });
    const first = await updated();
    passSeconds(2);
    await api.postSegments(flowId, { object_id: objectId, timerange: second(0) });
    await api.must('DELETE', `/flows/${flowId}/segments?timerange=[50:0_60:0)`);
    expect(await updated()).toBe(first);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    expect((await updated()) > first).toBe(true);
    expect(await api.get(`/flows/${flowId}`)).toMatchObject({
      metadata_version: made.metadata_version,
      metadata_updated: made.metadata_updated,
    });
  });
});

describe('the rules that the schemas state in prose', () => {
  const raw = { codec: 'video/raw', container: 'video/raw' };
  const size = { frame_rate: { numerator: 25 }, frame_width: 64, frame_height: 64 };
  const pcm = { sample_rate: 48000, channels: 2 };
  const planar = { unc_type: 'planar' };
  const video = (more: object, essence: object) =>
    videoFlow(ids(), { ...more, essence_parameters: { ...size, ...essence } });
  const audio = (codec: string, essence: object) =>
    audioFlow(ids(), { codec, essence_parameters: { ...pcm, ...essence } });
  it.each([
    ['bit_depth', video(raw, { unc_parameters: planar })],
    ['unc_type', video(raw, { bit_depth: 8 })],
    ['horiz_chroma_subs', video(raw, { bit_depth: 8, unc_parameters: { unc_type: 'UYVY' } })],
    ['horiz_chroma_subs', video({}, { vert_chroma_subs: 1 })],
    ['vert_chroma_subs', video({}, { horiz_chroma_subs: 1 })],
    ['bit_depth', audio('audio/x-raw-int', { unc_parameters: planar })],
    ['unc_type', audio('audio/x-raw-int', { bit_depth: 16 })],
    ['bit_depth', audio('audio/x-raw-float', { bit_depth: 16, unc_parameters: planar })],
    ['bit_depth', audio('audio/x-raw-float', { unc_parameters: planar })],
  ])('refuse a flow and name %s', async (property, flow) => {
    const result = await api.send('PUT', `/flows/${flow.id}`, flow);
    expect([result.status, typeOf(result)]).toEqual([400, 'invalid_flow']);
    expect(summaryOf(result)).toContain(property);
    expect(await status('GET', `/flows/${flow.id}`)).toBe(404);
    expect(await status('GET', `/sources/${flow.source_id}`)).toBe(404);
  });

  it.each([
    video(raw, { bit_depth: 8, unc_parameters: planar }),
    video(raw, { bit_depth: 8, unc_parameters: { unc_type: 'RGB' } }),
    video(raw, { bit_depth: 8, unc_parameters: { unc_type: 'UYVY' }, horiz_chroma_subs: 2, vert_chroma_subs: 1 }),
    audio('audio/x-raw-int', { bit_depth: 24, unc_parameters: planar }),
    audio('audio/x-raw-float', { bit_depth: 64, unc_parameters: planar }),
  ])('let a flow pass that keeps them', async (flow) => {
    expect(await status('PUT', `/flows/${flow.id}`, flow)).toBe(201);
  });
});
