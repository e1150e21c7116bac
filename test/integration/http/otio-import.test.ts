import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { nsOf, parseExact } from '../../../src/formats/otio/read-timeline.ts';
import { audioFlow, multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { startClassServer, tagged } from '../auth/support/class-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { SEGMENTS_PER_REQUEST_MAX: '50' } });
});
afterAll(() => server.close());

const must = async (method: string, path: string, json?: unknown) => {
  const answer = await call(server.baseUrl, method, path, json === undefined ? {} : { json });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer;
};

interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly ts_offset: string;
  readonly sample_count?: number;
}
interface Imported {
  readonly flow_id: string;
  readonly tracks: readonly { flow_id: string; label: string; segments: number }[];
  readonly warnings: readonly string[];
}

async function fill(id: string, flow: object, segments: readonly object[]): Promise<string> {
  await must('PUT', `/v8.2/flows/${id}`, flow);
  const bodies = segments.map((segment, index) => ({
    object_id: `${id}-${index}`,
    get_urls: [{ url: `https://elsewhere.example/${id}/${index}.ts`, label: 'elsewhere' }],
    ...segment,
  }));
  await must('POST', `/flows/${id}/segments`, bodies);
  return id;
}

const video = (number: number, segments: readonly object[], more: object = {}): Promise<string> =>
  fill(
    testId('flow', number),
    videoFlow({ id: testId('flow', number), source_id: testId('source', number) }, more),
    segments,
  );

const segmentsOf = async (id: string): Promise<Segment[]> =>
  (await must('GET', `/v8.2/flows/${id}/segments?accept_get_urls=`)).json as Segment[];
const exported = async (id: string): Promise<string> => (await must('GET', `/playback/flows/${id}.otio`)).text;
const send = (body: string, query = '') =>
  call(server.baseUrl, 'POST', `/playback/otio${query}`, {
    body,
    headers: { 'content-type': 'application/vnd.otio+json' },
  });
const imported = async (body: string, query?: string): Promise<Imported> => {
  const answer = await send(body, query);
  expect(answer.status, answer.text).toBe(201);
  return answer.json as Imported;
};

const time = (value: number | string, rate: number | string = 25) =>
  `{ "OTIO_SCHEMA": "RationalTime.1", "value": ${value}, "rate": ${rate} }`;
const range = (start: string, duration: string) =>
  `{ "OTIO_SCHEMA": "TimeRange.1", "start_time": ${start}, "duration": ${duration} }`;
const clip = (url: string, of: string, more = '') =>
  `{ "OTIO_SCHEMA": "Clip.2", "name": "A", "source_range": ${of}, ${more} "media_references": { "DEFAULT_MEDIA":
     { "OTIO_SCHEMA": "ExternalReference.1", "target_url": "${url}" } } }`;
const gap = (duration: string) => `{ "OTIO_SCHEMA": "Gap.1", "source_range": ${range(time(0), duration)} }`;
const timeline = (items: readonly string[], more = '') =>
  `{ "OTIO_SCHEMA": "Timeline.1", "name": "Cut", ${more} "tracks": { "OTIO_SCHEMA": "Stack.1", "children": [
     { "OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "children": [${items.join(',')}] } ] } }`;
const flowUrl = (id: string): string => `tams://tams.example/v8.2/flows/${id}`;

it('gives the same timeline back, with its gaps, of one flow and of a collection', async () => {
  const start = 1_723_124_086_620_000_001n;
  const at = (ns: bigint): string => `${(start + ns) / 1_000_000_000n}:${(start + ns) % 1_000_000_000n}`;
  const picture = await video(
    1,
    [
      { timerange: `[${at(0n)}_${at(2_000_000_000n)})`, ts_offset: '1:5', sample_count: 50 },
      { timerange: `[${at(2_000_000_000n)}_${at(4_000_000_000n)})` },
      { timerange: `[${at(9_000_000_000n)}_${at(9_000_000_007n)})` },
    ],
    { label: 'Camera' },
  );
  const one = await imported(await exported(picture));
  expect([one.tracks.length, one.warnings]).toEqual([1, []]);
  expect(one.flow_id).not.toBe(picture);
  expect(await segmentsOf(one.flow_id)).toEqual(await segmentsOf(picture));
  const [of, made] = await Promise.all(
    [picture, one.flow_id].map(async (id) => (await must('GET', `/v8.2/flows/${id}`)).json as Record<string, unknown>),
  );
  expect(made).toMatchObject({ label: 'Camera', codec: of?.['codec'], essence_parameters: of?.['essence_parameters'] });
  expect(made?.['source_id']).not.toBe(of?.['source_id']);

  const ids = { id: testId('flow', 2), source_id: testId('source', 2) };
  const sound = await fill(ids.id, audioFlow(ids), [{ timerange: `[${at(500n)}_${at(3_000_000_000n)})` }]);
  const whole = { id: testId('flow', 3), source_id: testId('source', 3) };
  const members = [
    { id: picture, role: 'v' },
    { id: sound, role: 'a' },
  ];
  await must('PUT', `/v8.2/flows/${whole.id}`, multiFlow(whole, { container: undefined, flow_collection: members }));
  const both = await imported(await exported(whole.id), '?label=Again');
  for (const { flow_id: id, label } of both.tracks) {
    const original = label === 'Camera' ? picture : sound;
    expect(await segmentsOf(id), label).toEqual(await segmentsOf(original));
  }
  const collector = (await must('GET', `/v8.2/flows/${both.flow_id}`)).json as { label: string; flow_collection: [] };
  expect([collector.label, collector.flow_collection.length]).toEqual(['Again', 2]);
});

it('cuts objects at the nanosecond and moves them, takes the rates of editors, and names what it leaves out', async () => {
  const id = await video(10, [
    { timerange: '[100:0_102:0)', ts_offset: '100:0', sample_count: 50 },
    { timerange: '[102:0_104:0)', ts_offset: '100:0', sample_count: 50 },
    { timerange: '[104:0_106:0)', ts_offset: '100:0', sample_count: 50 },
  ]);
  const items = [
    // From 101 s to 104 s; a frame of a nanosecond of the next segment is rounding, and no media.
    clip(flowUrl(id), range(time('101000000001.0', '1e9'), time('3.0e9', 1e9))),
    '{ "OTIO_SCHEMA": "Transition.1", "name": "Dissolve" }',
    clip(flowUrl(id), range(time(2525), time(25)), '"effects": [{ "OTIO_SCHEMA": "Blur.1" }],'),
    gap(time(1, 1)),
    clip(flowUrl(id), range(time(2500), time(25)), '"enabled": false,'),
    // A second before the flow begins, and one of it.
    clip(flowUrl(id), range(time(2475), time(50))),
  ];
  const made = await imported(timeline(items, `"global_start_time": ${time(90_000)},`));
  expect(await segmentsOf(made.flow_id)).toEqual(
    [
      { object_id: `${id}-0`, timerange: '[3600:0_3600:999999999)', ts_offset: '3598:999999999' },
      {
        object_id: `${id}-1`,
        timerange: '[3600:999999999_3602:999999999)',
        ts_offset: '3598:999999999',
        sample_count: 50,
      },
      { object_id: `${id}-0`, timerange: '[3602:999999999_3603:999999999)', ts_offset: '3601:999999999' },
      { object_id: `${id}-0`, timerange: '[3607:0_3608:0)', ts_offset: '3607:0' },
    ].map((segment) => expect.objectContaining(segment) as unknown),
  );
  expect(made.warnings).toEqual([
    'clip "Dissolve" (item 2 of track "V1") is a transition: it became a cut',
    'clip "A" (item 3 of track "V1") has the effect "Blur.1": it was left out',
    'clip "A" (item 5 of track "V1") is switched off: it became a gap',
    `clip "A" (item 6 of track "V1"): flow ${id} lacks 1:0 of it, which stays a gap`,
  ]);
  const ns = (value: string, rate: string) => nsOf(parseExact(time(value, rate)));
  expect(ns('24000', '23.976')).toBe(1_001_000_000_000n);
  expect(ns('30000', '29.97002997002997')).toBe(1_001_000_000_000n);
  expect(ns('-1', '3')).toBe(-333_333_333n);
  expect(ns('1723124225400000001', '1000000000.0')).toBe(1_723_124_225_400_000_001n);
  expect([ns('1', '0'), ns('1', '-25'), ns('1e999', '1')]).toEqual([undefined, undefined, undefined]);
});

it('follows clips that follow each other, however often their bounds are rounded; reads names as they are; warns briefly', async () => {
  const id = await video(
    15,
    Array.from({ length: 10 }, (_, index) => ({ timerange: `[${index * 2}:0_${index * 2 + 2}:0)` })),
  );
  const items = Array.from({ length: 10 }, (_, index) =>
    clip(flowUrl(id), range(time(index * 2e9 - 900, 1e9), time(2e9 + 1800, 1e9))),
  );
  const spelled = timeline(items).replace('"Cut"', String.raw`"a \"value\": 1, \"rate\": 2}"`);
  const made = await imported(spelled);
  expect([made.tracks[0]?.label, made.warnings]).toEqual(['a "value": 1, "rate": 2}', []]);
  expect((await segmentsOf(made.flow_id)).map(({ timerange }) => timerange)).toEqual(
    (await segmentsOf(id)).map(({ timerange }) => timerange),
  );
  const before = clip(flowUrl(id), range(time(-100), time(25)));
  const lacking = await imported(timeline([...Array.from({ length: 150 }, () => before), ...items]));
  expect([lacking.warnings.length, lacking.warnings.at(-1)]).toEqual([101, 'and more']);
  // A track that is switched off may be of anything.
  const off = '{ "OTIO_SCHEMA": "Track.1", "name": "Notes", "enabled": false, "source_range": {}, "children": [{}] },';
  const partly = await imported(timeline(items).replace('"children": [', `"children": [${off}`));
  expect(partly.warnings).toEqual(['track "Notes" is switched off: it was left out']);
});

it('finds the segments of clips in any order, near each other and far apart', async () => {
  const wide = await startTestServer();
  onTestFinished(() => wide.close());
  const id = testId('flow', 30);
  const post = async (
    method: string,
    path: string,
    options: { json?: unknown; body?: string; headers?: Record<string, string> },
  ) => {
    const answer = await call(wide.baseUrl, method, path, options);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json;
  };
  await post('PUT', `/v8.2/flows/${id}`, { json: videoFlow({ id, source_id: testId('source', 30) }) });
  // Of different lengths, and each fiftieth lacks: more than one read of so many clips may bring.
  const starts = Array.from({ length: 900 }, (_, index) => 2 * index).filter((start) => start % 100 !== 40);
  const get_urls = [{ url: 'https://elsewhere.example/a.ts', label: 'elsewhere' }];
  const ranges = starts.map((start, index) => [index % 2 === 0 ? start : start - 1, start + 2] as const);
  const segments = ranges.map(([start, end], index) => ({
    object_id: `far-${index}`,
    timerange: `[${index > 0 ? Math.max(start, ranges[index - 1]?.[1] ?? 0) : start}:0_${end}:0)`,
    get_urls,
  }));
  await post('POST', `/flows/${id}/segments`, { json: segments });
  const clips = Array.from({ length: 20 }, (_, index) => [((index % 18) * 677) % 1700, 1 + (index % 5)] as const);
  const body = timeline(clips.map(([start, length]) => clip(flowUrl(id), range(time(start, 1), time(length, 1)))));
  const headers = { 'content-type': 'application/vnd.otio+json' };
  const made = (await post('POST', '/playback/otio', { body, headers })) as Imported;
  const listed = async (flow: string, timerange: string) =>
    (await post(
      'GET',
      `/v8.2/flows/${flow}/segments?accept_get_urls=&limit=1000&timerange=${timerange}`,
      {},
    )) as Segment[];
  let at = 0;
  for (const [start, length] of clips) {
    const [wanted, there] = await Promise.all([
      listed(id, `[${start}:0_${start + length}:0)`),
      listed(made.flow_id, `[${at}:0_${at + length}:0)`),
    ]);
    expect(there.map(({ object_id }) => object_id)).toEqual(wanted.map(({ object_id }) => object_id));
    at += length;
  }
});

it('refuses what it cannot make, names the clip, and leaves nothing', async () => {
  const id = await video(20, [{ timerange: '[0:0_2:0)' }]);
  const other = await video(21, [{ timerange: '[0:0_2:0)' }], { codec: 'video/h265' });
  const many = await video(
    22,
    Array.from({ length: 30 }, (_, index) => ({ timerange: `[${index}:0_${index + 1}:0)` })),
  );
  const flows = async () => ((await must('GET', '/v8.2/flows?limit=1000')).json as object[]).length;
  const before = await flows();
  const second = range(time(0), time(25));
  const long = range(time(0), time(30, 1));
  const refusals: [string, string, number?][] = [
    ['{', 'the body is not JSON'],
    ['[]', 'the body must be a Timeline'],
    ['['.repeat(100_000), 'the body is not JSON'],
    [timeline([]), 'there is no clip'],
    [timeline([clip('file:///a.mov', second)]), 'clip "A" (item 1 of track "V1") refers to no flow'],
    [timeline([clip(flowUrl(testId('flow', 999)), second)]), `clip "A" (item 1 of track "V1"): there is no flow`, 404],
    [timeline([clip(flowUrl(id), second), clip(flowUrl(other), second)]), 'item 2 of track "V1"): flow'],
    [timeline([clip(flowUrl(id), range(time(0), time(-1)))]), 'has a negative duration'],
    [timeline([clip(flowUrl(id), range(time(0), time(1, 0)))]), 'a rate above 0'],
    [timeline([clip(flowUrl(id), range(time('1e60', 1), time(1)))]), 'outside of the times of a timeline'],
    [timeline([clip(flowUrl(id), second, '"effects": [{ "OTIO_SCHEMA": "LinearTimeWarp.1" }],')]), 'changes its speed'],
    [
      timeline([clip(flowUrl(id), second, '"effects": [{ "OTIO_SCHEMA": "Effect.1", "effect_name": "Time Remap" }],')]),
      'has the effect "Time Remap", which changes its speed',
    ],
    [
      timeline([clip(flowUrl(id), second)]).replace(
        'Stack.1",',
        'Stack.1", "effects": [{ "OTIO_SCHEMA": "LinearTimeWarp.1" }],',
      ),
      'the stack of tracks has the effect',
    ],
    [timeline([clip(flowUrl(id), range(time('01'), time(25)))]), 'the body is not JSON'],
    [timeline(['{ "OTIO_SCHEMA": "Stack.1" }']), 'tracks may have clips, gaps and transitions'],
    [timeline([clip(flowUrl(many), long), clip(flowUrl(many), long)]), 'SEGMENTS_PER_REQUEST_MAX'],
    [timeline([clip(flowUrl(id), range(time(100, 1), time(1, 1)))]), 'have no segments where the clips are'],
  ];
  for (const [body, problem, status = 400] of refusals) {
    const answer = await send(body);
    expect([answer.status, (answer.json as { summary: string }).summary], body.slice(0, 200)).toEqual([
      status,
      expect.stringContaining(problem),
    ]);
  }
  const plain = await call(server.baseUrl, 'POST', '/playback/otio', {
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  expect(plain.status).toBe(400);
  expect(await flows()).toBe(before);
});

it('takes what the caller may read, and gives it to nobody who may not', async () => {
  const world = await startClassServer();
  onTestFinished(() => world.close());
  const { admin, sport, both } = world.as;
  const of = async (classes: string): Promise<string> => {
    const flow = await sport.newFlow(tagged('sport'));
    await sport.fill(flow, 1);
    if (classes !== 'sport') await admin.must('PUT', `/flows/${flow}/tags/auth_classes`, classes);
    return flow;
  };
  const [own, shared, foreign] = [await of('sport'), await of('sport,news'), await of('news')];
  const cutOf = (...ids: string[]): unknown =>
    JSON.parse(timeline(ids.map((id) => clip(flowUrl(id), range(time(0), time(10))))));
  const tagOf = async (made: Imported) => (await admin.send('GET', `/flows/${made.flow_id}/tags/auth_classes`)).json;
  expect(await tagOf(await sport.must<Imported>('POST', '/playback/otio', cutOf(own, shared)))).toBe('sport');
  expect((await sport.send('POST', '/playback/otio', cutOf(own, foreign))).status).toBe(404);
  const mixed = await both.send('POST', '/playback/otio', cutOf(own, foreign));
  expect([mixed.status, mixed.text]).toEqual([400, expect.stringContaining('no class in common')]);
  expect(await tagOf(await both.must<Imported>('POST', '/playback/otio?auth_classes=news', cutOf(own, foreign)))).toBe(
    'news',
  );
  expect((await sport.send('POST', '/playback/otio?auth_classes=news', cutOf(own))).status).toBe(403);
  // One who may write, and not read; and one who may read, and not write.
  expect((await world.at('').writer.send('POST', '/playback/otio', cutOf(own))).status).toBe(403);
  expect((await world.at('').reader.send('POST', '/playback/otio', cutOf(own))).status).toBe(403);
});
