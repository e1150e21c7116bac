import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inListing } from '../../support/either-version.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, firstOf, second, summaryOf, typeOf } from './support/api.ts';

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const found = (flowId: string, timerange: string) =>
  api.timeranges(flowId, `timerange=${encodeURIComponent(timerange)}`);

/** Posts a segment of a new flow with this timerange. */
async function keep(timerange: string, more: object = {}) {
  const flowId = await api.newFlow();
  const segment = { object_id: await api.newObject(flowId), timerange, ...more };
  const { status, text } = await api.postSegments(flowId, segment);
  return { flowId, segment, status, text };
}

describe('the timerange of a query', () => {
  it.each([
    // Without markers both ends count as inclusive.
    ['10:0_20:0', [10, 19, 20], [9, 21]],
    ['10:0', [10], [9, 11]],
    ['[10:0_20:0)', [10, 19], [9, 20]],
    ['(10:0_20:0]', [10, 20], [9]],
    ['[10:0]', [10], [9, 11]],
    // A marker beside an omitted timestamp means nothing.
    ['[_10:0)', [-5, 0, 9], [10]],
    ['(_10:0)', [-5, 0, 9], [10]],
    ['[10:0_)', [10, 20], [9]],
    ['[10:0_]', [10, 20], [9]],
    ['_', [-5, 0, 20], []],
    ['', [-5, 0, 20], []],
    ['()', [], [-5, 0, 20]],
    ['[10:0_10:0)', [], [9, 10]],
    // An end before the start (AppNote 0008).
    ['[10:0_5:0)', [], [5, 9, 10]],
    ['-5:0_-4:0)', [-5], [-4]],
    ['[-3:999999999_0:0)', [-4, -1], [0]],
  ])('%s is read as the definition says', async (timerange, inside, outside) => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const segments = [...inside, ...outside].map((n) => ({ object_id: objectId, timerange: second(n) }));
    expect((await api.postSegments(flowId, segments)).status).toBe(201);
    const expected = inside.toSorted((a, b) => a - b).map(second);
    expect(await found(flowId, timerange)).toEqual(expected);
  });

  it.each(['[5:0)', '(5:0]', '(5:0)', '[]', '[', ')', '5', '5:', ':0', '5:1000000000', '05:0_6:0', ' ', '__'])(
    '%j is refused, naming the parameter',
    async (timerange) => {
      const flowId = await api.newFlow();
      await api.fill(flowId, 1);
      const query = `timerange=${encodeURIComponent(timerange)}`;
      for (const [method, path] of [
        ['GET', `/flows/${flowId}/segments?${query}`],
        ['GET', `/flows/${flowId}?include_timerange=true&${query}`],
        ['GET', `/flows?${query}`],
        ['DELETE', `/flows/${flowId}/segments?${query}`],
      ] as const) {
        const result = await api.send(method, path);
        expect([result.status, typeOf(result)], `${method} ${path}`).toEqual([400, 'invalid_timerange']);
        expect(summaryOf(result)).toContain('timerange');
      }
      expect(await api.segments(flowId)).toHaveLength(1);
    },
  );

  it('that ends before it starts is empty: it finds flows without content, and deletes nothing', async () => {
    const [empty, full] = [await api.newFlow(), await api.newFlow()];
    await api.fill(full, 1);
    const reversed = `timerange=${encodeURIComponent('[1:0_0:0)')}`;
    const ids = (await api.all<{ id: string }>(`/flows?${reversed}`)).map(({ id }) => id);
    expect([ids.includes(empty), ids.includes(full)]).toEqual([true, false]);
    expect(await api.get(`/flows/${full}?include_timerange=true&${reversed}`)).toMatchObject({ timerange: '()' });
    expect((await api.send('DELETE', `/flows/${full}/segments?${reversed}`)).status).toBe(204);
    expect(await api.segments(full)).toHaveLength(1);
  });

  it('that is empty is everything for a GET, and refused for a DELETE', async () => {
    const flowId = await api.newFlow();
    await api.fill(flowId, 2);
    expect(await found(flowId, '')).toHaveLength(2);
    const flow = await api.get(`/flows/${flowId}?include_timerange=true&timerange=`);
    expect(flow).toMatchObject({ timerange: '[0:0_2:0)' });
    expect((await api.send('DELETE', `/flows/${flowId}/segments?timerange=`)).status).toBe(400);
    expect(await api.segments(flowId)).toHaveLength(2);
  });
});

describe('the timerange of a segment', () => {
  it.each([
    '[0:0_10:0)',
    '[0:0_10:0]',
    '0:0_10:0',
    '0:0_10:0)',
    '[5:0]',
    '5:0',
    '[-10:0_-5:0)',
    '[-0:5_0:0)',
    '[-3:999999999_7:1)',
    // Beyond 2^53 ns, where floats would round.
    '[9007199:254740993_9007199:254740994)',
    '[9223372036:854775805_9223372036:854775806)',
    '[-9223372036:854775808_-9223372036:854775807)',
    '[-9223372036:854775808_9223372036:854775807)',
  ])('%s is kept as it was sent, and found where it lies', async (timerange) => {
    const { flowId, status, text } = await keep(timerange);
    expect(status, text).toBe(201);
    expect(await found(flowId, '_')).toEqual([timerange]);
    expect(await found(flowId, timerange)).toEqual([timerange]);
    const { timerange: hull } = await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true`);
    expect(await found(flowId, hull)).toEqual([timerange]);
  });

  it.each([
    ['[0:0_10:0)', '[0:0_10:0)'],
    ['[0:0_10:0]', '[0:0_10:0]'],
    ['0:0_10:0', '[0:0_10:0]'],
    ['5:0', '[5:0]'],
  ])('%s gives its flow the timerange %s', async (timerange, hull) => {
    const { flowId } = await keep(timerange);
    expect(await api.get(`/flows/${flowId}?include_timerange=true`)).toMatchObject({ timerange: hull });
  });

  it.each(['_', '[0:0_', '_5:0)', '(0:0_5:0)', '()', '[5:0_5:0)', '[5:0)', '[6:0_5:0)', '', 'yesterday'])(
    '%j is refused',
    async (timerange) => {
      const { flowId, status } = await keep(timerange);
      expect(status).toBe(400);
      expect(await api.segments(flowId)).toEqual([]);
    },
  );

  it.each(['[9223372036:854775807_9223372036:854775808)', '[0:0_9223372036:854775807]', '[-9223372036:854775809_0:0)'])(
    '%s is refused as too far off, and the error says how far is possible',
    async (timerange) => {
      const { status, text } = await keep(timerange);
      expect(status).toBe(400);
      expect(text).toContain('9223372036:854775807');
    },
  );

  it('of one nanosecond is told from its neighbours', async () => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const instants = [-1, 0, 1].map((n) => (n < 0 ? `[-0:${-n}]` : `[0:${n}]`));
    for (const timerange of instants) {
      expect((await api.postSegments(flowId, { object_id: objectId, timerange })).status).toBe(201);
      expect(await found(flowId, timerange)).toEqual([timerange]);
    }
    expect(await found(flowId, '[-0:1_0:1)')).toEqual(instants.slice(0, 2));
    expect(await api.get(`/flows/${flowId}?include_timerange=true`)).toMatchObject({ timerange: '[-0:1_0:1]' });
  });

  it('may come with a negative offset, which is returned as it was', async () => {
    const { flowId } = await keep('[0:0_1:0)', { ts_offset: '-3:500000000' });
    expect(firstOf(await api.segments(flowId))).toMatchObject({ ts_offset: '-3:500000000' });
  });
});

describe('include_timerange', () => {
  it('is the hull of what lies within the timerange, clipped to it', async () => {
    const flowId = await api.newFlow();
    const objectId = await api.newObject(flowId);
    const timeranges = ['[0:0_10:0)', '[20:0_30:0]'];
    await api.must(
      'POST',
      `/flows/${flowId}/segments`,
      timeranges.map((timerange) => ({ object_id: objectId, timerange })),
    );
    const hull = async (timerange: string) =>
      (await api.get<{ timerange: string }>(`/flows/${flowId}?include_timerange=true&timerange=${timerange}`))
        .timerange;
    expect(await hull('_')).toBe('[0:0_30:0]');
    expect(await hull('[5:0_25:0)')).toBe('[5:0_25:0)');
    expect(await hull('[5:0_15:0)')).toBe('[5:0_10:0)');
    expect(await hull('[15:0_')).toBe('[20:0_30:0]');
    expect(await hull('[12:0_18:0)')).toBe('()');
    expect(await hull('()')).toBe('()');
    expect(await hull('[30:0]')).toBe('[30:0]');
    expect(await hull('[30:1_')).toBe('()');
    expect(await api.get(`/flows/${flowId}`)).not.toHaveProperty('timerange');
    expect(await api.get(`/flows/${flowId}?include_timerange=false`)).not.toHaveProperty('timerange');
  });

  it('is empty for a flow without segments', async () => {
    const flowId = await api.newFlow();
    expect(await api.get(`/flows/${flowId}?include_timerange=true`)).toMatchObject({ timerange: '()' });
  });
});

describe('GET /flows?timerange', () => {
  it('finds flows by their segments, not by the hull of them', async () => {
    const source = '50000000-0000-4000-8000-0000000000aa';
    const [empty, early, gaps] = [
      await api.newFlow({ source_id: source }),
      await api.newFlow({ source_id: source }),
      await api.newFlow({ source_id: source }),
    ];
    await api.fill(early, 5);
    await api.fill(gaps, 5);
    await api.fill(gaps, 5, 100);
    const flows = async (timerange: string) =>
      inListing(
        (await api.get<{ id: string }[]>(`/flows?source_id=${source}&timerange=${timerange}`)).map(({ id }) => id),
      );
    expect(await flows('_')).toEqual(inListing([empty, early, gaps]));
    expect(await flows('')).toEqual(inListing([empty, early, gaps]));
    expect(await flows('()')).toEqual([empty]);
    expect(await flows('[0:0_1:0)')).toEqual(inListing([early, gaps]));
    expect(await flows('[50:0_60:0)')).toEqual([]);
    expect(await flows('[4:999999999_60:0)')).toEqual(inListing([early, gaps]));
    expect(await flows('[5:0_100:0)')).toEqual([]);
    expect(await flows('[5:0_100:0]')).toEqual([gaps]);
    expect(await flows('[104:999999999]')).toEqual([gaps]);
    expect(await flows('[105:0_')).toEqual([]);
    expect(await flows('_0:0)')).toEqual([]);
    await api.must('DELETE', `/flows/${gaps}/segments?timerange=[100:0_`);
    expect(await flows('[5:0_')).toEqual([]);
    await api.must('DELETE', `/flows/${gaps}/segments`);
    expect(await flows('()')).toEqual(inListing([empty, gaps]));
  });
});
