import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExrApi, renderedFrame } from '../../support/exr-objects.ts';
import { attribute, int } from '../../support/exr-writer.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
let api: ExrApi;
beforeAll(async () => {
  server = await startTestServer();
  api = new ExrApi(server.baseUrl);
});
afterAll(() => server.close());

const NTSC = { numerator: 24_000, denominator: 1001 };

interface Registered {
  readonly flow: string;
  readonly registered: number;
  readonly present: number;
  readonly failed_count: number;
  readonly failed_segments: readonly { error: { type: string } }[];
  readonly timerange: string;
  readonly gaps: unknown;
}

/** Frames that were uploaded for a flow, and inspected. Returns the flow. */
async function shot(folder: string, numbers: readonly number[], frame = renderedFrame): Promise<string> {
  const flow = await api.newExrFlow();
  const names = numbers.map((number) => [`${folder}/beauty.${number}.exr`, frame(number)] as const);
  await api.uploadAll(flow, Object.fromEntries(names));
  for (const [name] of names) await api.inspect(name);
  return flow;
}

const typeAndSummary = ({ json }: { json: unknown }) => json as { type: string; summary: string };

describe('POST /exr/sequences/register', () => {
  it('makes an image flow of a sequence, whose timeline has the gaps of the sequence', async () => {
    const flowId = await shot('gap', [1001, 1002, 1004]);
    const request = { pattern: 'gap/beauty.%04d.exr', flow_id: flowId, frame_rate: { numerator: 25 }, start: '10:0' };
    const answer = await api.must<Registered>('POST', '/exr/sequences/register', request);
    expect(answer).toMatchObject({
      flow_id: flowId,
      flow: 'updated',
      frame_count: 3,
      registered: 3,
      present: 0,
      remaining: 0,
      failed_count: 0,
      timerange: '[10:0_10:160000000)',
      gaps: [{ start: 1003, end: 1003, timerange: '[10:80000000_10:120000000)' }],
    });
    expect(await api.get(`/flows/${flowId}`)).toMatchObject({
      format: 'urn:x-tam:format:image',
      codec: 'image/x-exr',
      container: 'image/x-exr',
      essence_parameters: { frame_width: 1920, frame_height: 1080, aspect_ratio: { numerator: 16, denominator: 9 } },
      segment_duration: { numerator: 1, denominator: 25 },
      label: 'beauty.%04d.exr',
      tags: { exr_sequence: 'gap/beauty.%04d.exr', exr_compression: 'zip' },
    });
    const segments = await api.segments(flowId);
    expect(segments.map(({ object_id, timerange }) => [object_id, timerange])).toEqual([
      ['gap/beauty.1001.exr', '[10:0_10:40000000)'],
      ['gap/beauty.1002.exr', '[10:40000000_10:80000000)'],
      ['gap/beauty.1004.exr', '[10:120000000_10:160000000)'],
    ]);
    const url = segments[2]?.get_urls?.[0]?.url ?? '';
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(renderedFrame(1004))).toBe(true);
  });

  it('adds what came later, nothing twice, and leaves what others said of the flow', async () => {
    const flowId = await shot('twice', [1, 2, 3]);
    const request = { pattern: 'twice/beauty.%d.exr', flow_id: flowId, frame_rate: NTSC };
    await api.must('POST', '/exr/sequences/register', request);
    await api.must('PUT', `/flows/${flowId}/label`, 'by hand');
    const again = await api.must<Registered>('POST', '/exr/sequences/register', request);
    expect(again).toMatchObject({ flow: 'unchanged', registered: 0, present: 3, failed_count: 0 });

    await api.uploadAll(flowId, { 'twice/beauty.5.exr': renderedFrame(5) });
    await api.inspect('twice/beauty.5.exr');
    const more = await api.must<Registered>('POST', '/exr/sequences/register', request);
    expect(more).toMatchObject({ flow: 'unchanged', registered: 1, present: 3, gaps: [{ start: 4, end: 4 }] });
    expect(await api.timeranges(flowId)).toEqual([
      '[0:0_0:41708333)',
      '[0:41708333_0:83416666)',
      '[0:83416666_0:125125000)',
      '[0:166833333_0:208541666)',
    ]);
    expect(await api.get(`/flows/${flowId}/label`)).toBe('by hand');
  });

  it('makes another flow of objects that are in use already', async () => {
    const first = await shot('shared', [1, 2]);
    const pattern = 'shared/beauty.%d.exr';
    await api.must('POST', '/exr/sequences/register', { pattern, flow_id: first, frame_rate: { numerator: 24 } });
    const ids = { flow_id: randomUUID(), source_id: randomUUID() };
    const request = { pattern, ...ids, frame_rate: { numerator: 12 }, label: 'slow', tags: { cut: '2' } };
    const answer = await api.must<Registered>('POST', '/exr/sequences/register', request);
    expect(answer).toMatchObject({ flow: 'created', registered: 2 });
    expect(await api.get(`/flows/${ids.flow_id}`)).toMatchObject({ label: 'slow', tags: { cut: '2' } });
    expect(await api.segments(ids.flow_id)).toHaveLength(2);
  });

  it('tells which frames the flow may not use', async () => {
    await shot('foreign', [1, 2]);
    const ids = { flow_id: randomUUID(), source_id: randomUUID() };
    const request = { pattern: 'foreign/beauty.%d.exr', ...ids, frame_rate: { numerator: 24 } };
    const answer = await api.must<Registered>('POST', '/exr/sequences/register', request);
    expect(answer).toMatchObject({ registered: 0, failed_count: 2 });
    expect(answer.failed_segments.map(({ error }) => error.type)).toEqual(['unknown_object', 'unknown_object']);
  });

  it('refuses what makes no flow', async () => {
    const flowId = await shot('refused', [1, 2], (number) =>
      renderedFrame(number, attribute('displayWindow', 'box2i', int(0, 0, 99 + number, 99))),
    );
    const request = { pattern: 'refused/beauty.%d.exr', flow_id: flowId, frame_rate: { numerator: 24 } };
    const refused = async (changes: object) => {
      const answer = await api.send('POST', '/exr/sequences/register', { ...request, ...changes });
      return [answer.status, typeAndSummary(answer).type, typeAndSummary(answer).summary];
    };
    expect(await refused({})).toEqual([400, 'invalid_request', expect.stringContaining('101x100') as string]);
    expect(await refused({ pattern: 'nothing.%d.exr' })).toEqual([404, 'not_found', expect.anything()]);
    expect(await refused({ pattern: 'no pattern' })).toEqual([404, 'not_found', expect.anything()]);
    expect(await refused({ frame_rate: { numerator: 0 } })).toEqual([400, 'invalid_request', expect.anything()]);
    expect(await refused({ start: 'soon' })).toEqual([400, 'invalid_request', expect.anything()]);
    expect(await refused({ flow_id: 'x' })).toEqual([400, 'invalid_request', expect.anything()]);

    await shot('video', [1]);
    const video = { pattern: 'video/beauty.%d.exr', flow_id: await api.newFlow() };
    expect(await refused(video)).toEqual([400, 'invalid_flow', expect.anything()]);
    const newFlow = { pattern: 'video/beauty.%d.exr', flow_id: randomUUID() };
    expect(await refused(newFlow)).toEqual([400, 'invalid_request', 'body/source_id is required for a new flow']);
  });
});

interface Report {
  readonly status: string;
  readonly counts: Record<string, number>;
  readonly files: readonly {
    path: string;
    status: string;
    rules: readonly { rule: string; status: string; reason: string }[];
  }[];
}

describe('POST /exr/validate', () => {
  const policy = {
    name: 'delivery',
    rules: [
      { rule: 'channels', required: ['R', 'G', 'B'], pixel_types: ['half', 'float'] },
      { rule: 'compression', allowed: ['zip', 'zips'] },
      { rule: 'window', window: 'display', width: 1920, height: 1080 },
      { rule: 'attribute', name: 'frame', max: 2, severity: 'WARN' },
    ],
  };

  it('gives a verdict on each rule, for each file of a prefix, page by page', async () => {
    await shot('valid', [1, 2, 3]);
    const rle = attribute('compression', 'compression', Buffer.of(1));
    const flow = await api.newExrFlow();
    await api.uploadAll(flow, { 'valid/wrong.exr': renderedFrame(1, rle) });
    await api.inspect('valid/wrong.exr');
    const report = await api.must<Report>('POST', '/exr/validate', { path_prefix: 'valid/', policy });
    expect(report).toMatchObject({ status: 'FAIL', policy: 'delivery', counts: { PASS: 2, WARN: 1, FAIL: 1 } });
    expect(report.files.map(({ path, status }) => [path, status])).toEqual([
      ['valid/beauty.1.exr', 'PASS'],
      ['valid/beauty.2.exr', 'PASS'],
      ['valid/beauty.3.exr', 'WARN'],
      ['valid/wrong.exr', 'FAIL'],
    ]);
    const faults = report.files[3]?.rules.filter(({ status }) => status !== 'PASS');
    expect(faults).toEqual([{ rule: 'compression', status: 'FAIL', reason: 'the compression is rle' }]);

    const page = await api.send('POST', '/exr/validate?limit=3', { path_prefix: 'valid/', policy });
    expect((page.json as Report).files).toHaveLength(3);
    const next = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const rest = await api.send('POST', next, { path_prefix: 'valid/', policy });
    expect((rest.json as Report).files.map(({ path }) => path)).toEqual(['valid/wrong.exr']);
    expect((await api.send('POST', next, { path_prefix: 'other/', policy })).status).toBe(400);
  });

  it('checks one file, against the default policy too', async () => {
    await shot('single', [1]);
    const id = (await api.inspect('single/beauty.1.exr')).persistence?.id;
    const report = await api.must<Report>('POST', '/exr/validate', { file_id: id });
    expect(report).toMatchObject({ status: 'PASS', policy: 'default', counts: { PASS: 1, WARN: 0, FAIL: 0 } });
    expect((await api.send('POST', '/exr/validate', { file_id: 'none' })).status).toBe(404);
  });

  it.each([
    [{ path_prefix: '', policy: { rules: [{ rule: 'taste' }] } }, 'body/policy/rules/0/rule must be one of'],
    [
      { path_prefix: '', policy: { rules: [{ rule: 'readable' }, { rule: 'compression' }] } },
      'body/policy/rules/1/allowed is required',
    ],
    [{ path_prefix: '', policy: { rules: [{ rule: 'storage', max_parts: 0 }] } }, 'body/policy/rules/0/max_parts'],
    [{ path_prefix: '', policy: { rules: 'none' } }, 'body/policy/rules must be a list'],
    [{ policy: { rules: [] } }, 'body/file_id is required'],
    [{ path_prefix: '', other: 1 }, 'body/other is not a property'],
  ])('refuses %j', async (body, summary) => {
    const answer = await api.send('POST', '/exr/validate', body);
    expect([answer.status, typeAndSummary(answer).type]).toEqual([400, 'invalid_request']);
    expect(typeAndSummary(answer).summary).toContain(summary);
  });
});
