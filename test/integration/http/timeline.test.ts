import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

interface Lane {
  readonly flow_id: string;
  readonly extent: string | null;
  readonly covered: string;
  readonly segments: number;
  readonly spans: readonly string[];
  readonly kind: string;
  readonly exact: boolean;
}
interface Answer {
  readonly timerange: string | null;
  readonly flows: readonly Lane[];
  readonly more: boolean;
}

const SOURCE = testId('source', 1);
const [LONG, SHORT, EMPTY] = [testId('flow', 1), testId('flow', 2), testId('flow', 3)] as const;
/** Seconds at which a segment of the long flow is missing. */
const MISSING = [37, 38, 39, 40, 71, 90, 91, 92, 93, 94, 95];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const id of [LONG, SHORT, EMPTY]) await must('PUT', `/flows/${id}`, videoFlow({ id, source_id: SOURCE }));
  const present = Array.from({ length: 120 }, (_, second) => second).filter((second) => !MISSING.includes(second));
  await fill(LONG, present);
  await fill(SHORT, [100, 101, 130]);
});
afterAll(() => server.close());

const must = async (method: string, path: string, json?: unknown, base = ''): Promise<unknown> => {
  const answer = await call(server.baseUrl + base, method, path, json === undefined ? {} : { json });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.json;
};

const fill = (id: string, seconds: readonly number[]): Promise<unknown> =>
  must(
    'POST',
    `/flows/${id}/segments`,
    seconds.map((second) => ({
      object_id: `${id}-${second}`,
      timerange: `[${second}:0_${second + 1}:0)`,
      get_urls: [{ url: `https://elsewhere.example/${second}`, label: 'elsewhere' }],
    })),
  );

const draw = async (path: string): Promise<Answer> => (await must('GET', `/timeline/${path}`)) as Answer;

describe('the timeline of a flow', () => {
  it('is of segments where they fit', async () => {
    const { timerange, flows } = await draw(`flows/${LONG}?timerange=${encodeURIComponent('[35:500000000_43:0)')}`);
    expect(timerange).toBe('[35:500000000_43:0)');
    expect(flows).toEqual([
      {
        flow_id: LONG,
        extent: '[0:0_120:0)',
        covered: '109:0',
        segments: 109,
        spans: ['[35:0_36:0)', '[36:0_37:0)', '[41:0_42:0)', '[42:0_43:0)'],
        kind: 'segments',
        exact: true,
      },
    ]);
  });

  it('is of what is covered where they do not, with each gap that is as long as a bucket', async () => {
    const fine = await draw(`flows/${LONG}?buckets=100`);
    expect(fine.flows).toMatchObject([
      { kind: 'coverage', exact: false, spans: ['[0:0_37:0)', '[41:0_90:0)', '[96:0_120:0)'] },
    ]);
    const coarse = await draw(`flows/${LONG}?buckets=20`);
    expect(coarse.flows).toMatchObject([{ spans: ['[0:0_90:0)', '[96:0_120:0)'], exact: false }]);
    const one = await draw(`flows/${LONG}?buckets=1&timerange=${encodeURIComponent('_200:0)')}`);
    expect(one).toMatchObject({ timerange: '[0:0_200:0)', flows: [{ spans: ['[0:0_120:0)'] }] });
  });

  it('says that it leaves out nothing when it told all gaps', async () => {
    const { flows } = await draw(`flows/${SHORT}?buckets=2`);
    expect(flows).toMatchObject([{ spans: ['[100:0_102:0)', '[130:0_131:0)'], kind: 'coverage', exact: true }]);
  });

  it('is empty without segments, and beside them', async () => {
    const nothing = {
      timerange: null,
      flows: [{ flow_id: EMPTY, extent: null, covered: '0:0', segments: 0, spans: [] }],
    };
    expect(await draw(`flows/${EMPTY}`)).toMatchObject(nothing);
    const beside = await draw(`flows/${LONG}?timerange=${encodeURIComponent('[500:0_600:0)')}`);
    expect(beside).toMatchObject({ timerange: '[500:0_600:0)', flows: [{ spans: [] }] });
    expect(await draw(`flows/${LONG}?timerange=()`)).toMatchObject({ timerange: null, flows: [{ spans: [] }] });
  });

  it('refuses what it cannot draw', async () => {
    expect((await call(server.baseUrl, 'GET', `/timeline/flows/${testId('flow', 9)}`)).status).toBe(404);
    expect((await call(server.baseUrl, 'GET', `/timeline/sources/${testId('source', 9)}`)).status).toBe(404);
    expect((await call(server.baseUrl, 'GET', `/timeline/flows/${LONG}?buckets=0`)).status).toBe(400);
    expect((await call(server.baseUrl, 'GET', `/timeline/flows/${LONG}?timerange=x`)).status).toBe(400);
  });
});

it('of a source has its flows over one range', async () => {
  const { timerange, flows, more } = await draw(`sources/${SOURCE}?buckets=60`);
  expect(timerange).toBe('[0:0_131:0)');
  expect(flows.map(({ flow_id }) => flow_id)).toEqual([LONG, SHORT, EMPTY]);
  expect(flows[1]?.spans).toEqual(['[100:0_101:0)', '[101:0_102:0)', '[130:0_131:0)']);
  expect(more).toBe(false);
});

it('of a flow that collects others has theirs beside it', async () => {
  const id = testId('flow', 4);
  const members = [{ id: SHORT, role: 'video' }, { id: EMPTY }];
  await must(
    'PUT',
    `/flows/${id}`,
    multiFlow({ id, source_id: testId('source', 2) }, { flow_collection: members }),
    '/v8.2',
  );
  const { timerange, flows } = await draw(`flows/${id}`);
  expect(timerange).toBe('[100:0_131:0)');
  expect(flows.map(({ flow_id }) => flow_id).sort()).toEqual([SHORT, EMPTY, id].sort());
  expect((await draw(`sources/${testId('source', 2)}`)).flows.map(({ flow_id }) => flow_id)).toContain(SHORT);
});

it('has a flow that one of many collects, however often others are collected before', async () => {
  const source = testId('source', 6);
  const [shared, last] = [[71, 72, 73, 74].map((n) => testId('flow', n)), testId('flow', 75)];
  for (const id of [...shared, last]) await must('PUT', `/flows/${id}`, videoFlow({ id, source_id: SOURCE }));
  const collecting = [80, 81, 82, 83, 84, 85, 86, 87, 88].map((n) => testId('flow', n));
  for (const id of collecting) {
    const members = id === collecting.at(-1) ? [...shared, last] : shared;
    const flow_collection = members.map((member) => ({ id: member, role: 'video' }));
    await must('PUT', `/flows/${id}`, multiFlow({ id, source_id: source }, { flow_collection }));
  }
  const { flows, more } = await draw(`sources/${source}`);
  expect(flows.map(({ flow_id }) => flow_id).sort()).toEqual([...collecting, ...shared, last].sort());
  expect(more).toBe(false);
});

it('of many flows asks for their rows at once', async () => {
  const source = testId('source', 5);
  const add = async (numbers: readonly number[]): Promise<void> => {
    for (const id of numbers.map((n) => testId('flow', n))) {
      await must('PUT', `/flows/${id}`, videoFlow({ id, source_id: source }));
    }
  };
  const asked = async (): Promise<number> => {
    const path = '/analytics/performance/tables/flows';
    const { operations } = (await must('GET', path)) as { operations: readonly { readonly count: number }[] };
    return operations.reduce((sum, { count }) => sum + count, 0);
  };
  /** Queries of flows for one drawing; the least of some, since workers ask, too. */
  const costOf = async (): Promise<number> => {
    const costs: number[] = [];
    for (let time = 0; time < 5; time++) {
      const before = await asked();
      await draw(`sources/${source}`);
      costs.push((await asked()) - before);
    }
    return Math.min(...costs);
  };
  await add([50]);
  const ofOne = await costOf();
  await add([51, 52, 53, 54, 55, 56, 57, 58]);
  expect((await draw(`sources/${source}`)).flows).toHaveLength(9);
  expect(await costOf()).toBe(ofOne);
});
