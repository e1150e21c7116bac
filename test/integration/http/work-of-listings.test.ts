import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { contentCells, CONTENT_COLUMNS, METADATA_COLUMNS, metadataCells } from '../../../src/tams/flows/flow-row.ts';
import { inferRelations, RELATED_FLOWS_MAX } from '../../../src/tams/sources/source-relations.ts';
import { SOURCE_COLUMNS, sourceCells } from '../../../src/tams/sources/source-repository.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { Cell } from '../../../src/vastdb/engine.ts';
import { multiFlow, testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { openTestTables, TEST_TABLE_ENGINE } from '../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';

/**
 * More flows than a request looks at: of each the range that is asked for lies in a gap. Engines that do not order
 * filter by themselves, so the long list of flows is for the embedded one.
 */
const WITH_GAPS = 2_500;
const IS_EMBEDDED = TEST_TABLE_ENGINE === 'sqlite';
const FLOWS = IS_EMBEDDED ? 36_000 : WITH_GAPS;
const SECOND = 1_000_000_000n;
const CREATED = '2026-01-01T00:00:00.000Z';
const SOURCE = testId('source', 1);
/** The last ones: what is asked for is found behind all the rest. */
const FOUND = [FLOWS - 1, FLOWS].map((n) => testId('flow', n));

let server: TestServer;
let api: Api;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'counts' });
  api = new Api(server.baseUrl);
  await fillTables();
});
afterAll(() => server.close());

/** Flows with a segment in each of their first and tenth seconds, and those that are found with one in the fifth. */
async function fillTables(): Promise<void> {
  const tables = await openTestTables(server.dataDir, VAST_STORE_TABLES);
  const source = { id: SOURCE, format: 'urn:x-nmos:format:video', created: CREATED } as const;
  const createdNs = BigInt(Date.parse(CREATED)) * 1_000_000n;
  await tables.transaction(async (tx) => {
    await tx.insertArrays('sources', [...SOURCE_COLUMNS, 'created_ns'], [[...sourceCells(source), createdNs]]);
    const object = ['shared', testId('flow', FLOWS), true, null, '[{"url":"https://example.com/shared"}]', false];
    const columns = ['id', 'first_flow', 'referenced', 'locations', 'external_urls', 'reclaiming'];
    await tx.insertArrays('objects', columns, [object]);
  });
  const columns = [...METADATA_COLUMNS, 'created_ns', 'deleting', 'active_deletions', 'segments_version'];
  for (let first = 1; first <= FLOWS; first += 2_000) {
    const numbers = Array.from({ length: Math.min(2_000, FLOWS - first + 1) }, (_, n) => first + n);
    const rows = numbers.map((n) => flowRow(n, createdNs + BigInt(n) * 1_000_000n));
    await tables.transaction(async (tx) => {
      await tx.insertArrays('flows', [...columns, ...CONTENT_COLUMNS], rows);
      await tx.insertArrays(
        'flow_tags',
        ['owner_id', 'name', 'value'],
        numbers.map((n) => [testId('flow', n), 'kind', 'test']),
      );
      await tx.insertArrays('segments', SEGMENT_COLUMNS, numbers.flatMap(segmentRows));
    });
  }
  await tables.close();
}

const hasGaps = (n: number): boolean => n > FLOWS - WITH_GAPS;
const isFound = (n: number): boolean => n > FLOWS - FOUND.length;
const secondsOf = (n: number): number[] => (hasGaps(n) ? [0, ...(isFound(n) ? [5] : []), 9] : []);

function flowRow(n: number, createdNs: bigint): Cell[] {
  const codec = isFound(n) ? 'video/h265' : 'video/h264';
  const tags = { kind: 'test' };
  const flow = { ...videoFlow({ id: testId('flow', n), source_id: SOURCE }, { codec, tags }), created: CREATED };
  const count = secondsOf(n).length;
  const content = {
    startNs: 0n,
    endNs: 10n * SECOND,
    coveredNs: BigInt(count) * SECOND,
    segments: { count: BigInt(count), longestNs: SECOND },
  };
  return [...metadataCells(flow), createdNs, false, 0, 1n, ...contentCells(count === 0 ? null : content)];
}

const SEGMENT_COLUMNS = ['flow_id', 'start_ns', 'end_ns', 'object_id', 'external_urls', 'fragment'];

function segmentRows(n: number): Cell[][] {
  return secondsOf(n).map((second) => {
    const startNs = BigInt(second) * SECOND;
    const fragment = `{"object_id":"shared","timerange":"[${second}:0_${second + 1}:0)"`;
    return [testId('flow', n), startNs, startNs + SECOND, 'shared', '[{"url":"https://example.com/shared"}]', fragment];
  });
}

const IN_GAPS = '/flows?timerange=[5:0_6:0)';

interface Listed {
  readonly id: string;
}

async function pagesOf(path: string): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const { items } of api.pages<Listed>(path)) pages.push(items.map(({ id }) => id));
  return pages;
}

describe('a listing that passes over more than a request may', () => {
  it('ends its pages early, with a cursor, and finds the same over all of them', async () => {
    const first = await call(server.baseUrl, 'GET', IN_GAPS);
    expect([first.status, first.json]).toEqual([200, []]);
    expect(first.headers.get('x-paging-nextkey')).not.toBeNull();
    expect(first.headers.get('link')).toContain('rel="next"');
    const pages = await pagesOf(IN_GAPS);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat()).toEqual(FOUND);
  });

  it('fills a page as far as it came', async () => {
    const pages = await pagesOf(`/flows?timerange=[0:0_1:0)&limit=1000`);
    expect(pages.flat()).toHaveLength(WITH_GAPS);
    expect(new Set(pages.flat()).size).toBe(WITH_GAPS);
  });

  it.runIf(IS_EMBEDDED).each(['codec=video/h265', 'frame_width=7'])(
    'does so for %s, which no index serves',
    async (query) => {
      const pages = await pagesOf(`/flows?${query}&source_id=${SOURCE}`);
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flat()).toEqual(query === 'codec=video/h265' ? FOUND : []);
      expect((await pagesOf(`/flows?${query}`)).flat()).toEqual(pages.flat());
    },
  );

  it.runIf(IS_EMBEDDED)('does so for a tag that many have', async () => {
    expect((await pagesOf('/flows?tag_exists.kind=false')).flat()).toEqual([]);
    expect((await pagesOf('/flows?tag.kind=test&codec=video/h265')).flat()).toEqual(FOUND);
    const first = await api.get<Listed[]>('/flows?tag.kind=test&limit=10');
    expect(first.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => testId('flow', n + 1)));
  });

  it.runIf(IS_EMBEDDED)('does a part of one of them in each turn of the event loop', async () => {
    const tables = await openTestTables(server.dataDir, VAST_STORE_TABLES);
    const { flows } = new VastStore(tables, new SecretBox('of this test', 'webhooks'));
    const tags = { values: new Map(), exists: new Map() };
    const page = { limit: 100 };
    const kind = new Map([['kind', false]]);
    const listings = [
      () => flows.list({ timerange: TimeRange.parse('[5:0_6:0)'), tags }, page),
      () => flows.list({ codec: 'video/h265', tags }, page),
      () => flows.list({ tags: { ...tags, exists: kind } }, page),
    ];
    for (const list of listings) {
      // Turns in which it leaves the event loop to others come on top, more of them on a busy machine.
      const attempts: number[] = [];
      for (let attempt = 0; attempt < 5; attempt++) attempts.push(await turnsOf(list));
      const alone = Math.min(...attempts);
      expect(alone).toBeGreaterThan(10);
      expect(await turnsOf(() => Promise.all(Array.from({ length: 10 }, list)))).toBeGreaterThan(9 * alone);
    }
    await tables.close();
  });
});

describe.runIf(IS_EMBEDDED)('a listing of profiles', () => {
  const [label, RARE] = ['of a house', 'video/h265'];
  /** Ten share a time of creation. */
  const ROWS = Array.from({ length: FLOWS }, (_, n) => {
    const [id, codec] = [testId('source', n + 1), n % 12_000 < 15 ? RARE : 'video/h264'];
    return { id, codec, created: BigInt(Math.floor(n / 10)) };
  });
  beforeAll(async () => {
    const tables = await openTestTables(server.dataDir, VAST_STORE_TABLES);
    const columns = ['id', 'format', 'codec', 'label', 'created_ns', 'auth_classes', 'document'];
    const cells = ROWS.map(({ id, codec, created }) => {
      return [id, 'urn:x-nmos:format:video', codec, label, created, '*', JSON.stringify({ id, created: CREATED })];
    });
    await tables.transaction((tx) => tx.insertArrays('profiles', columns, cells));
    await tables.close();
  });

  it('ends its pages early too, and finds the same over all of them, newest first', async () => {
    const query = `label=${encodeURIComponent(label)}&codec=${encodeURIComponent(RARE)}`;
    for (const limit of [4, 1000]) {
      const pages = await pagesOf(`/v8.2/service/profiles?${query}&limit=${limit}`);
      if (limit === 1000) expect(pages.length).toBe(2);
      const rare = ROWS.filter(({ codec }) => codec === RARE).map(({ id, created }) => [-created, id] as const);
      const newestFirst = rare.toSorted((a, b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? -1 : 1));
      expect(pages.flat()).toEqual(newestFirst.map(([, id]) => id));
    }
  });
});

describe.runIf(IS_EMBEDDED)('a source of more flows than are looked at for its relations', () => {
  /** The sources of flows that collect the first flow of the source, its last one, and both of those. */
  const [ofFirst, ofLast, ofBoth] = [2, 3, 4].map((n) => testId('source', n)) as [string, string, string];
  const LAST = FLOWS;
  beforeAll(async () => {
    const collect = async (source_id: string, ...members: number[]): Promise<void> => {
      const n = FLOWS + Number.parseInt(source_id.slice(-4), 16);
      const flow_collection = members.map((each) => ({ id: testId('flow', each), role: 'video' }));
      const flow = multiFlow({ id: testId('flow', n), source_id }, { flow_collection });
      await api.must('PUT', `/flows/${flow.id}`, flow);
    };
    await collect(ofFirst, 1);
    await collect(ofLast, LAST);
    await collect(ofBoth, FLOWS + 2, FLOWS + 3);
  });

  it('shows those of the flows that were created first', async () => {
    expect(await api.get(`/sources/${SOURCE}`)).toMatchObject({ collected_by: [ofFirst] });
  });

  it('takes none from the sources that are listed with it', async () => {
    const listed = await api.get<{ id: string; collected_by?: string[]; source_collection?: object[] }[]>('/sources');
    const relations = listed.map(({ id, collected_by, source_collection }) => [
      id,
      { collected_by, source_collection },
    ]);
    expect(Object.fromEntries(relations)).toEqual({
      [SOURCE]: { collected_by: [ofFirst] },
      [ofFirst]: { source_collection: [{ id: SOURCE, role: 'video' }], collected_by: [ofBoth] },
      [ofLast]: { source_collection: [{ id: SOURCE, role: 'video' }], collected_by: [ofBoth] },
      [ofBoth]: {
        source_collection: [
          { id: ofFirst, role: 'video' },
          { id: ofLast, role: 'video' },
        ],
      },
    });
  });

  it('is read no further', async () => {
    const tables = await openTestTables(server.dataDir, VAST_STORE_TABLES);
    const store = new VastStore(tables, new SecretBox('of this test', 'webhooks'));
    tables.resetPerformance();
    await inferRelations(store, [SOURCE]);
    const read = tables.performanceSummary().tables.flatMap(({ operations }) => operations.map(({ rows }) => rows));
    expect(read.reduce((sum, rows) => sum + rows, 0)).toBeLessThan(RELATED_FLOWS_MAX + 10);
    await tables.close();
  });
});

describe.runIf(IS_EMBEDDED)('a page of large flows', () => {
  it('is read, and made into text, in parts that have turns of the event loop of their own', async () => {
    const PAGE = 3;
    for (const [label, bytes] of [
      ['small', 10],
      ['large', 900_000],
    ] as const) {
      for (let n = 0; n < PAGE; n++) {
        const flow = videoFlow({ id: testId('flow', 50_000 + bytes + n), source_id: testId('source', 5) }, { label });
        await api.must('PUT', `/flows/${flow.id}`, { ...flow, description: 'x'.repeat(bytes) });
      }
    }
    const turnsOfPage = (label: string) =>
      turnsOf(async () => {
        const { statusCode, body } = await server.app.inject(`/flows?label=${label}`);
        expect([statusCode, (JSON.parse(body) as object[]).length]).toEqual([200, PAGE]);
      });
    await turnsOfPage('small');
    expect((await turnsOfPage('large')) - (await turnsOfPage('small'))).toBeGreaterThanOrEqual(2 * PAGE - 1);
  });
});

/** How many turns of the event loop the work takes. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isDone = true;
  return turns;
}
