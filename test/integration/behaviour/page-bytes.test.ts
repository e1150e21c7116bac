import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inListing } from '../../support/either-version.ts';
import { DELETION_REQUESTS } from '../../../src/tams/deletion/deletion-tables.ts';
import { SORT_COLUMNS } from '../../../src/tams/documents/sort-keys.ts';
import { FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { openTestTables } from '../../support/table-engine.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, second } from './support/api.ts';

const PAGE_BYTES = 40_000;
/** Two of them are more than a page. */
const LARGE = 'x'.repeat(30_000);
const COUNT = 5;

let server: TestServer;
let api: Api;
let manager: VastDBManager;

beforeAll(async () => {
  const env = { PAGE_MAX_BYTES: `${PAGE_BYTES}`, SOFT_DELETE: 'true', LOG_LEVEL: 'silent' };
  server = await startTestServer({ env });
  api = new Api(server.baseUrl);
  manager = await openTestTables(server.dataDir, VAST_STORE_TABLES);
});
afterAll(async () => {
  await manager.close();
  await server.close();
});

/** Pages of a listing, the largest that may be asked for: none may have more than two large items, all are there in the end. */
async function expectCut(path: string, large: number): Promise<object[]> {
  const all: object[] = [];
  let pages = 0;
  const separator = path.includes('?') ? '&' : '?';
  for await (const { items, headers } of api.pages<object>(`${path}${separator}limit=1000`)) {
    const bytes = JSON.stringify(items).length;
    // The item that fills the page is in it.
    expect(bytes, path).toBeLessThan(PAGE_BYTES + LARGE.length + 2_000);
    expect(headers.get('x-paging-limit')).toBe('1000');
    all.push(...items);
    pages++;
  }
  expect(pages, path).toBeGreaterThanOrEqual(Math.ceil(large / 2));
  return all;
}

/** An older version did not keep them. */
const WITHOUT_KEYS = Object.fromEntries(SORT_COLUMNS.map((column) => [column, null]));

const idsOf = (items: object[]): string[] => items.map((item) => (item as { id: string }).id);

describe('a page ends when it has PAGE_MAX_BYTES', () => {
  it('of flows and of sources, with and without filters', async () => {
    const [flowIds, sourceIds]: [string[], string[]] = [[], []];
    for (let n = 0; n < COUNT; n++) {
      const source_id = randomUUID();
      sourceIds.push(source_id);
      flowIds.push(await api.newFlow({ source_id, label: 'large', description: LARGE, tags: { a: 'b' } }));
      await api.must('PUT', `/sources/${source_id}/description`, LARGE);
    }
    expect(inListing(idsOf(await expectCut('/flows', COUNT)))).toEqual(inListing(flowIds));
    expect(inListing(idsOf(await expectCut('/flows?label=large', COUNT)))).toEqual(inListing(flowIds));
    expect(inListing(idsOf(await expectCut('/flows?tag.a=b', COUNT)))).toEqual(inListing(flowIds));
    expect(inListing(idsOf(await expectCut('/flows?timerange=()', COUNT)))).toEqual(inListing(flowIds));
    expect(inListing(idsOf(await expectCut('/sources', COUNT)))).toEqual(inListing(sourceIds));
  });

  it('of segments, in both directions and of one object', async () => {
    const flowId = await api.newFlow();
    const ranges = Array.from({ length: COUNT }, (_, n) => second(n));
    const segments = ranges.map((timerange) => ({
      object_id: 'one',
      timerange,
      get_urls: [{ url: `https://else.example/${LARGE}`, label: 'x' }],
    }));
    expect((await api.postSegments(flowId, segments)).status).toBe(201);
    const rangesOf = (items: object[]) => items.map((item) => (item as { timerange: string }).timerange);
    const path = `/flows/${flowId}/segments`;
    expect(rangesOf(await expectCut(path, COUNT))).toEqual(ranges);
    expect(rangesOf(await expectCut(`${path}?reverse_order=true`, COUNT))).toEqual(ranges.toReversed());
    expect(rangesOf(await expectCut(`${path}?object_id=one`, COUNT))).toEqual(ranges);
    expect(rangesOf(await expectCut(`${path}?timerange=[1:0_4:0)`, 3))).toEqual(ranges.slice(1, 4));
  });

  it('of what was deleted', async () => {
    const flowId = await api.newFlow();
    const segments = Array.from({ length: COUNT }, (_, n) => ({
      object_id: `object ${n}`,
      timerange: second(n),
      notes: LARGE,
      get_urls: [{ url: 'https://else.example/object', label: 'x' }],
    }));
    expect((await api.postSegments(flowId, segments)).status).toBe(201);
    await api.must('DELETE', `/flows/${flowId}/segments`);
    expect(await expectCut(`/internal/deleted/segments?flow_id=${flowId}`, COUNT)).toHaveLength(COUNT);
    const flowIds: string[] = [];
    const source_id = randomUUID();
    for (let n = 0; n < COUNT; n++) flowIds.push(await api.newFlow({ source_id, description: LARGE }));
    for (const id of flowIds) await api.must('DELETE', `/flows/${id}`);
    expect(await expectCut(`/internal/deleted/flows?source_id=${source_id}`, COUNT)).toHaveLength(COUNT);
  });

  /** Those of 8.2: `test/integration/versions`. The test removes webhooks as 7.0 does, and writes rows without keys to sort by. */
  it.skipIf(IS_NEWER)('of webhooks and of deletion requests, which have pages of a chosen size too', async () => {
    const labels = [LARGE];
    for (let n = 0; n < COUNT; n++) {
      const hook = { url: `https://receiver.example/${n}`, events: ['flows/created'], accept_get_urls: labels };
      await api.must('POST', '/service/webhooks', hook);
    }
    const urls = Array.from({ length: COUNT }, (_, n) => `https://receiver.example/${n}`);
    const urlsOf = (items: object[]) => items.map((item) => (item as { url: string }).url);
    expect(urlsOf(await expectCut('/service/webhooks', COUNT))).toEqual(urls);
    expect(urlsOf(await api.all('/service/webhooks?limit=1'))).toEqual(urls);
    for (const url of urls) await api.must('POST', '/service/webhooks', { url, events: [] });
    const columns = ['id', 'flow_id', 'timerange_to_delete', 'timerange_remaining', 'delete_flow', 'status'];
    const rows = Array.from({ length: COUNT }, (_, n) => [randomUUID(), randomUUID(), '_', '()', false, 'done', n]);
    const more = ['created', 'created_by', 'updated'];
    await manager.transaction((tx) =>
      tx.insertArrays(
        DELETION_REQUESTS.name,
        [...columns, ...more],
        rows.map(([id, flow, to, left, deletes, status, n]) => {
          const time = new Date(Number(n) * 1000).toISOString();
          return [id, flow, to, left, deletes, status, time, LARGE, time] as (string | boolean)[];
        }),
      ),
    );
    const ids = rows.map(([id]) => id);
    expect(idsOf(await expectCut('/flow-delete-requests', COUNT))).toEqual(ids);
    expect(idsOf(await api.all('/flow-delete-requests?limit=2'))).toEqual(ids);
    expect(idsOf(await api.get('/flow-delete-requests'))).toEqual(ids.slice(0, 2));
    await manager.transaction((tx) => tx.delete(DELETION_REQUESTS.name, eq('created_by', LARGE)));
  });
});

/**
 * Cells of a cluster have 126,000 bytes at most: what is larger no older version can have written there. 8.2 lists such rows when a
 * start has given them keys.
 */
describe.skipIf(process.env.TEST_TABLE_ENGINE === 'vast' || IS_NEWER)('what an older version let in', () => {
  it('is listed, one large document a page', async () => {
    const huge = 'x'.repeat(10_000_000);
    const flowIds: string[] = [];
    for (let n = 0; n < 3; n++) flowIds.push(await api.newFlow({ label: 'huge' }));
    for (const id of flowIds) {
      const flow = await api.get<object>(`/flows/${id}`);
      const document = JSON.stringify({ ...flow, description: huge });
      await manager.transaction((tx) => tx.update(FLOWS.name, eq('id', id), { document, ...WITHOUT_KEYS }));
    }
    const pages: string[][] = [];
    for await (const { items } of api.pages<object>('/flows?label=huge&limit=1000')) pages.push(idsOf(items));
    expect(pages.slice(0, 3)).toEqual(flowIds.map((id) => [id]));
    expect(pages.slice(3).flat()).toEqual([]);
  });
});
