import { randomUUID } from 'node:crypto';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { audioFlow } from '../../support/examples.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';

/*
 * What the analytics answer over a small store, by numbers that anybody can check:
 *
 * the video has segments of 1, 1, 2 and 4 seconds at 0, 1, 5 and 10, so it is covered for 8 of 14 seconds, with gaps
 * [2, 5) and [7, 10); it says 8,000 kbit/s, which is 1,000,000 bytes a second. The audio has one of 2 s, and no bit rate.
 */

let server: TestServer;
let api: Api;
let video: string;
let audio: string;
const source = randomUUID();

beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
  video = await api.newFlow({ source_id: source, avg_bit_rate: 8000 });
  audio = randomUUID();
  await api.must('PUT', `/flows/${audio}`, audioFlow({ id: audio, source_id: randomUUID() }));
  await post(video, ['0:0_1:0', '1:0_2:0', '5:0_7:0', '10:0_14:0']);
  await post(audio, ['3600:0_3602:0']);
});
afterAll(() => server.close());

async function post(flowId: string, ranges: readonly string[]): Promise<void> {
  const objects = await api.allocate(flowId, { limit: ranges.length });
  const segments = ranges.map((range, index) => ({ object_id: objects[index]?.object_id, timerange: `[${range})` }));
  await api.must('POST', `/flows/${flowId}/segments`, segments);
}

describe('the timeline of a flow', () => {
  it('has durations, coverage and gaps', async () => {
    expect(await api.get(`/analytics/flows/${video}/timeline`)).toEqual({
      timerange: '[0:0_14:0)',
      segments: 4,
      durations: { min: '1:0', max: '4:0', mean: '2:0', total: '8:0' },
      covered: '8:0',
      coverage: 8 / 14,
      gaps: { count: 2, duration: '6:0', first: ['[2:0_5:0)', '[7:0_10:0)'] },
      overlaps: { count: 0, duration: '0:0', first: [] },
    });
  });

  it('can be looked at in a range, whose ends may be gaps, and lists as many gaps as are asked for', async () => {
    expect(await api.get(`/analytics/flows/${video}/timeline?timerange=[-1:0_6:500000000)&limit=1`)).toEqual({
      timerange: '[-1:0_6:500000000)',
      segments: 3,
      durations: { min: '1:0', max: '2:0', mean: '1:333333333', total: '4:0' },
      covered: '3:500000000',
      coverage: 3.5 / 7.5,
      gaps: { count: 2, duration: '4:0', first: ['[-1:0_0:0)'] },
      overlaps: { count: 0, duration: '0:0', first: [] },
    });
  });

  it('is one gap where there are no segments, and nothing without a range', async () => {
    const empty = await api.newFlow();
    const none = { count: 0, duration: '0:0', first: [] };
    const nothing = { timerange: null, segments: 0, durations: null, covered: '0:0', coverage: null };
    expect(await api.get(`/analytics/flows/${empty}/timeline`)).toEqual({ ...nothing, gaps: none, overlaps: none });
    expect(await api.get(`/analytics/flows/${empty}/timeline?timerange=[0:0_5:0)`)).toMatchObject({
      coverage: 0,
      gaps: { count: 1, duration: '5:0', first: ['[0:0_5:0)'] },
    });
    expect(await api.get(`/analytics/flows/${video}/timeline?timerange=()`)).toMatchObject({
      segments: 0,
      timerange: null,
    });
    await api.must('DELETE', `/flows/${empty}`);
  });

  it('is not that of a flow which is not there', async () => {
    expect((await api.send('GET', `/analytics/flows/${randomUUID()}/timeline`)).status).toBe(404);
  });
});

describe('usage', () => {
  const formats = (answer: { formats: { format: string }[] }) =>
    answer.formats.map(({ format }) => format.split(':').at(-1));

  it('counts flows by format and estimates bytes by bit rate', async () => {
    const usage = await api.get<{ formats: { format: string }[] }>('/analytics/flow-usage');
    expect(usage).toMatchObject({
      flows: 2,
      segments: 5,
      duration: '10:0',
      estimated_bytes: 8_000_000,
      flows_without_estimate: 1,
    });
    expect(formats(usage)).toEqual(['audio', 'video']);
    expect(usage.formats[1]).toMatchObject({ flows: 1, segments: 4, duration: '8:0', estimated_bytes: 8_000_000 });
  });

  it.each([
    ['source_id', () => `source_id=${source}`, ['video']],
    ['format', () => 'format=urn:x-nmos:format:audio', ['audio']],
    ['time', () => 'timerange=[13:0_20:0)', ['video']],
    ['a time with nothing', () => 'timerange=[20:0_30:0)', []],
  ])('picks by %s', async (_name, query, expected) => {
    expect(formats(await api.get(`/analytics/flow-usage?${query()}`))).toEqual(expected);
  });

  it('says of how many objects the size is not known', async () => {
    const usage = await api.get<{ sizes: object[] }>('/analytics/storage-usage');
    expect(usage).toMatchObject({ objects: 5, referenced_objects: 5, objects_of_known_size: 0 });
    expect(usage).toMatchObject({ objects_of_unknown_size: 5, bytes: 0 });
    expect(usage.sizes).toHaveLength(4);
  });

  it('lists the tables with their rows, those of segments by what the flows say', async () => {
    interface Catalog {
      tables: { table: string; rows: number; basis: string }[];
      analysed: { table: string; numbers: string[] }[];
    }
    const { tables, analysed } = await vi.waitFor(
      async () => {
        const catalog = await api.get<Catalog>('/analytics/catalog');
        expect(catalog.tables.map(({ basis }) => basis)).not.toContain('counting');
        return catalog;
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(tables.find(({ table }) => table === 'segments')).toMatchObject({ rows: 5, basis: 'flows' });
    expect(tables.find(({ table }) => table === 'flows')).toMatchObject({ basis: 'counted' });
    expect(tables.find(({ table }) => table === 'objects')).toMatchObject({ rows: 5, basis: 'counted' });
    expect(analysed.map(({ table }) => table).slice(0, 4)).toEqual(['segments', 'flows', 'sources', 'events']);
    // Those that say who may sign in are not listed.
    for (const { table } of tables) expect(['users', 'api_tokens', 'audit_log']).not.toContain(table);
    expect(analysed[0]?.numbers).toEqual(['duration_ns', 'start_ns', 'end_ns']);
  });
});

describe('the ingest rate', () => {
  it('counts segments by buckets of the timeline', async () => {
    expect(await api.get(`/analytics/ingest-rate?flow_id=${video}&bucket=5s`)).toEqual({
      bucket: '5:0',
      buckets: [
        { timerange: '[0:0_5:0)', group: null, count: 2, per_second: 0.4, duration: '2:0' },
        { timerange: '[5:0_10:0)', group: null, count: 1, per_second: 0.2, duration: '2:0' },
        { timerange: '[10:0_15:0)', group: null, count: 1, per_second: 0.2, duration: '4:0' },
      ],
      more: false,
    });
  });

  it.each([
    ['flow', () => [video, audio]],
    ['source', () => [source, expect.any(String) as string]],
    ['format', () => ['urn:x-nmos:format:video', 'urn:x-nmos:format:audio']],
  ])('tells buckets of each %s apart', async (by, groups) => {
    const { buckets } = await api.get<{ buckets: object[] }>(`/analytics/ingest-rate?bucket=1h&group_by=${by}`);
    expect(buckets.map((bucket) => (bucket as { group: string }).group)).toEqual(groups());
    expect(buckets).toMatchObject([
      { timerange: '[0:0_3600:0)', count: 4 },
      { timerange: '[3600:0_7200:0)', count: 1 },
    ]);
  });

  it('picks by the time at which segments start, of all flows', async () => {
    const { buckets } = await api.get<{ buckets: object[] }>('/analytics/ingest-rate?timerange=[1:0_3601:0)');
    expect(buckets).toMatchObject([{ count: 3 }, { count: 1 }]);
    expect(await api.get('/analytics/ingest-rate?timerange=[1:0_5:0)')).toMatchObject({ buckets: [{ count: 1 }] });
    expect(await api.get('/analytics/ingest-rate?timerange=()')).toMatchObject({ buckets: [] });
  });

  it('counts flows and sources by when they were made, and says when there are more buckets', async () => {
    for (const of of ['flows', 'sources']) {
      const { buckets } = await api.get<{ buckets: { count: number }[] }>(
        `/analytics/ingest-rate?of=${of}&bucket=365d`,
      );
      expect(
        buckets.reduce((sum, { count }) => sum + count, 0),
        of,
      ).toBeGreaterThanOrEqual(2);
    }
    expect(await api.get('/analytics/ingest-rate?bucket=1s&limit=1')).toMatchObject({
      more: true,
      buckets: [{ count: 1 }],
    });
  });
});

describe('series and aggregates', () => {
  const s = 1e9;
  const ofVideo = () => `flow_id=${video}`;

  it('averages in a window that slides along time', async () => {
    // At 1 s the window of 5 s holds both; at 5 s those after 0 s, which are two; at 10 s it begins after 5 s.
    const { points, rows } = await api.get<{ rows: number; points: object[] }>(
      `/analytics/series/moving-average?window=5s&${ofVideo()}`,
    );
    expect(rows).toBe(4);
    expect(points).toEqual([
      { time: '0:0', value: s, average: s, rows_in_window: 1 },
      { time: '1:0', value: s, average: s, rows_in_window: 2 },
      { time: '5:0', value: 2 * s, average: 1.5 * s, rows_in_window: 2 },
      { time: '10:0', value: 4 * s, average: 4 * s, rows_in_window: 1 },
    ]);
  });

  it('finds values far from the mean', async () => {
    // 1, 1, 2, 4: the mean is 2, the deviation of the sample the root of 2.
    const found = await api.get<{ standard_deviation: number }>(
      `/analytics/series/anomalies?threshold=1.2&${ofVideo()}`,
    );
    expect(found).toMatchObject({
      rows: 4,
      mean: 2 * s,
      threshold: 1.2,
      total: 1,
      anomalies: [{ time: '10:0', value: 4 * s }],
    });
    expect(found.standard_deviation).toBeCloseTo(Math.SQRT2 * s, 0);
    expect(await api.get(`/analytics/series/anomalies?${ofVideo()}`)).toMatchObject({ threshold: 2, total: 0 });
  });

  it('draws the line through values', async () => {
    // Sums of squares: of times 62, of values 6, of both 19.
    const trend = await api.get<Record<string, number>>(`/analytics/series/trend?${ofVideo()}`);
    expect(trend).toMatchObject({ rows: 4, first: s, last: 4 * s, change: 3 * s, change_percent: 300 });
    expect(trend['slope_per_second']).toBeCloseTo((19 / 62) * s, 0);
    expect(trend['r2']).toBeCloseTo(19 ** 2 / (62 * 6), 9);
  });

  it('sums up, with whole numbers exact', async () => {
    expect(await api.get(`/analytics/aggregates/summary?column=end_ns&${ofVideo()}`)).toMatchObject({
      rows: 4,
      nulls: 0,
      min: '1000000000',
      max: '14000000000',
      sum: '24000000000',
      mean: 6 * s,
    });
    expect(await api.get('/analytics/aggregates/summary?table=flows&column=frame_width')).toMatchObject({
      rows: 1,
      nulls: 1,
      max: '1920',
      standard_deviation: null,
    });
  });

  it('tells percentiles, correlation, bins and groups', async () => {
    const { percentiles } = await api.get<{ percentiles: Record<string, number> }>(
      `/analytics/aggregates/percentiles?${ofVideo()}`,
    );
    const expected = { 25: 1, 50: 1.5, 75: 2.5, 90: 3.4, 95: 3.7, 99: 3.94 };
    expect(Object.keys(percentiles)).toEqual(Object.keys(expected));
    for (const [percent, value] of Object.entries(expected)) expect(percentiles[percent]).toBeCloseTo(value * s, 3);
    const { coefficient } = await api.get<{ coefficient: number }>(`/analytics/aggregates/correlation?${ofVideo()}`);
    expect(coefficient).toBeCloseTo(19 / Math.sqrt(62 * 6), 9);
    expect(await api.get(`/analytics/aggregates/distribution?bins=3&${ofVideo()}`)).toEqual({
      rows: 4,
      bins: [
        { low: s, high: 2 * s, count: 2 },
        { low: 2 * s, high: 3 * s, count: 1 },
        { low: 3 * s, high: 4 * s, count: 1 },
      ],
    });
    expect(await api.get('/analytics/aggregates/top?by=sum&limit=1')).toEqual({
      groups: 2,
      top: [{ group: video, count: 4, sum: 8 * s, mean: 2 * s, min: s, max: 4 * s }],
    });
  });

  it('has bins also where the least value is 0, and where all are the same', async () => {
    expect(await api.get(`/analytics/aggregates/distribution?column=start_ns&bins=2&${ofVideo()}`)).toEqual({
      rows: 4,
      bins: [
        { low: 0, high: 5 * s, count: 2 },
        { low: 5 * s, high: 10 * s, count: 2 },
      ],
    });
    expect(await api.get(`/analytics/aggregates/distribution?flow_id=${audio}`)).toEqual({
      rows: 1,
      bins: [{ low: 2 * s, high: 2 * s, count: 1 }],
    });
  });

  it('leaves out of a series what has no time', async () => {
    const empty = await api.newFlow();
    const ofFlows = 'table=flows&column=frame_width';
    const { points } = await api.get<{ points: object[] }>(
      `/analytics/series/moving-average?${ofFlows}&time=content_end_ns`,
    );
    expect(points).toMatchObject([{ time: '14:0', value: 1920, rows_in_window: 1 }]);
    expect(await api.get(`/analytics/series/trend?${ofFlows}&time=content_end_ns`)).toMatchObject({ rows: 1 });
    expect(await api.get(`/analytics/series/trend?${ofFlows}`)).toMatchObject({ rows: 2 });
    await api.must('DELETE', `/flows/${empty}`);
  });

  it('says nothing of no rows', async () => {
    const none = `flow_id=${randomUUID()}`;
    const get = (path: string) => api.get(`/analytics/${path}?${none}`);
    expect(await get('series/moving-average')).toMatchObject({ rows: 0, points: [] });
    expect(await get('series/anomalies')).toMatchObject({ rows: 0, mean: null, total: 0 });
    expect(await get('series/trend')).toMatchObject({
      rows: 0,
      slope_per_second: null,
      r2: null,
      first: null,
      change: null,
    });
    expect(await get('aggregates/summary')).toMatchObject({ rows: 0, min: null, sum: null, mean: null });
    expect(await get('aggregates/percentiles')).toMatchObject({ rows: 0, percentiles: { 50: null } });
    expect(await get('aggregates/correlation')).toEqual({ rows: 0, coefficient: null });
    expect(await get('aggregates/distribution')).toEqual({ rows: 0, bins: [] });
    expect(await get('aggregates/top')).toEqual({ groups: 0, top: [] });
  });

  it.each([
    ['table=webhooks', 'table'],
    ['table=flow_tags', 'table'],
    ['column=fragment', 'column'],
    ['column=flow_id', 'column'],
    ['column=constructor', 'column'],
    [`column=${encodeURIComponent('start_ns) FROM loaded; --')}`, 'column'],
    ['time=flow_id', 'time'],
    ['table=events&flow_id=00000000-0000-4000-8000-000000000000', 'flow_id'],
    ['timerange=nonsense', 'timerange'],
    ['window=0s', 'window'],
    ['window=1 hour', 'window'],
  ])('refuses %s, naming the parameter', async (query, field) => {
    const { status, json } = await api.send('GET', `/analytics/series/moving-average?${query}`);
    expect(status).toBe(400);
    expect((json as { summary: string }).summary).toContain(field);
  });
});

describe('exports', () => {
  it('streams rows as Arrow, with nanoseconds exact', async () => {
    const response = await fetch(`${server.baseUrl}/analytics/export?format=arrow&flow_id=${video}`);
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.arrow.stream');
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      'flow_id Utf8',
      'start_ns Int64',
      'end_ns Int64',
      'object_id Utf8',
      'fragment Utf8',
      'init_object_id Utf8',
    ]);
    const found = table.toArray() as { flow_id: string; start_ns: bigint; end_ns: bigint }[];
    const rows = found.map((row) => [row.flow_id, row.start_ns, row.end_ns]);
    expect(rows.sort((a, b) => Number((a[1] as bigint) - (b[1] as bigint)))).toEqual([
      [video, 0n, 1_000_000_000n],
      [video, 1_000_000_000n, 2_000_000_000n],
      [video, 5_000_000_000n, 7_000_000_000n],
      [video, 10_000_000_000n, 14_000_000_000n],
    ]);
  });

  it.each(['segments', 'flows', 'objects'])('makes a Parquet file of %s', async (table) => {
    const response = await fetch(`${server.baseUrl}/analytics/export?table=${table}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
    for (const secret of ['auth_classes', 'locations', 'external_urls']) expect(bytes.includes(secret)).toBe(false);
  });

  it('answers an error as one, not as a file', async () => {
    const { status, headers } = await api.send('GET', '/analytics/export?table=objects&timerange=_');
    expect([status, headers.get('content-disposition')]).toEqual([400, null]);
  });

  it('exports no rows as well, refuses other tables, and says by HEAD what a GET would send', async () => {
    const none = await fetch(`${server.baseUrl}/analytics/export?format=arrow&flow_id=${randomUUID()}`);
    expect(tableFromIPC(new Uint8Array(await none.arrayBuffer())).numRows).toBe(0);
    expect((await api.send('GET', '/analytics/export?table=users')).status).toBe(400);
    const head = await fetch(`${server.baseUrl}/analytics/export`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
    for (const path of [
      'export?table=objects&timerange=_',
      'series/trend?column=none',
      'ingest-rate?of=sources&group_by=flow',
    ]) {
      expect((await fetch(`${server.baseUrl}/analytics/${path}`, { method: 'HEAD' })).status, path).toBe(400);
    }
    expect((await fetch(`${server.baseUrl}/analytics/aggregates/top`, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('the performance of queries', () => {
  it('is told as a whole, by table, and as a file, and begins anew', async () => {
    const summary = await api.get<{ count: number; tables: { table: string }[] }>('/analytics/performance');
    expect(summary.count).toBeGreaterThan(0);
    expect(summary.tables.map(({ table }) => table)).toContain('segments');
    const { operations } = await api.get<{ operations: { operation: string; count: number }[] }>(
      '/analytics/performance/tables/segments',
    );
    expect(operations.find(({ operation }) => operation === 'insert')?.count).toBeGreaterThanOrEqual(2);
    expect(Array.isArray(await api.get('/analytics/performance/slow-queries'))).toBe(true);
    const exported = await api.get<{ slow_queries: unknown[] }>('/analytics/performance/export');
    expect(exported.slow_queries).toBeInstanceOf(Array);
    await api.must('DELETE', '/analytics/performance');
    const after = await api.get<{ count: number }>('/analytics/performance');
    expect(after.count).toBeLessThan(summary.count);
  });
});
