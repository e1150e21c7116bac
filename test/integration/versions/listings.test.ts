import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiFlow, videoFlow } from '../../support/examples.ts';
import { nextLink } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { VersionApis } from './support/version-apis.ts';

let server: TestServer;
let apis: VersionApis;
const LABELS = ['b', 'a', undefined, 'c'];
const flows = LABELS.map((label) => ({ label, id: randomUUID(), source_id: randomUUID() }));
const top = { id: randomUUID(), source_id: randomUUID() };

beforeAll(async () => {
  server = await startTestServer({ env: { DELETE_SYNC_MAX: '0' } });
  apis = new VersionApis(server.baseUrl);
  for (const { label, ...ids } of flows) {
    await apis.send('8.2', 201, 'PUT', '/flows/{flowId}', [ids.id], videoFlow(ids, { label }));
  }
  const members = { label: 'd', flow_collection: [{ id: flows[0]?.id }, { id: flows[2]?.id }] };
  await apis.send('8.2', 201, 'PUT', '/flows/{flowId}', [top.id], multiFlow(top, members));
});
afterAll(() => server.close());

/** The ids of all pages, two on each. */
async function paged(path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = await apis.call('8.2', 'GET', next);
    expect(page.status, page.text).toBe(200);
    const items = page.json as { id: string }[];
    expect(page.headers.get('x-paging-count')).toBe(String(items.length));
    found.push(...items.map(({ id }) => id));
    next = nextLink(page.headers);
  }
  return found;
}

describe.each([
  ['flows', 'id', 'metadata_updated'],
  ['sources', 'source_id', 'updated'],
] as const)('the listing of %s', (noun, key, updated) => {
  const ids = (indices: readonly number[]) => indices.map((index) => (flows[index] ?? top)[key]);

  it('is newest first in 8.2, oldest first in 7.0, and reversed when that is asked for', async () => {
    const all = await apis.read('8.2', 200, `/${noun}`);
    const shown = (all.json as { id: string }[]).map(({ id }) => id);
    expect(shown.toSorted()).toEqual(ids([0, 1, 2, 3, 4]).toSorted());
    expect(all.headers.get('x-paging-count')).toBe('5');
    expect(all.headers.get('x-paging-reverse-order')).toBe('false');
    expect(shown[0]).toBe(top[key]);
    expect(await paged(`/${noun}?limit=2`)).toEqual(shown);
    expect(await paged(`/${noun}?limit=2&sort_by=created&reverse_order=true`)).toEqual(shown.toReversed());
    expect((await apis.read('8.2', 200, `/${noun}?reverse_order=true`)).headers.get('x-paging-reverse-order')).toBe(
      'true',
    );
    const old = await apis.read('7.0', 200, `/${noun}`);
    expect((old.json as { id: string }[]).at(-1)).toMatchObject({ id: top[key] });
    expect([old.headers.get('x-paging-count'), old.headers.get('x-paging-reverse-order')]).toEqual([null, null]);
    expect((await apis.call('7.0', 'GET', `/${noun}?sort_by=label&reverse_order=true`)).json).toEqual(old.json);
  });

  it('is sorted by labels and by changes', async () => {
    expect(await paged(`/${noun}?sort_by=label&limit=2`)).toEqual(ids([1, 0, 3, 4, 2]));
    expect(await paged(`/${noun}?sort_by=label&limit=2&reverse_order=true`)).toEqual(ids([2, 4, 3, 0, 1]));
    const changed = flows[1]?.[key] ?? '';
    const path = noun === 'flows' ? '/flows/{flowId}/description' : '/sources/{sourceId}/description';
    await apis.send('8.2', 204, 'PUT', path, [changed], 'changed');
    expect((await paged(`/${noun}?sort_by=${updated}&limit=2`))[0]).toBe(changed);
    await apis.read('8.2', 400, `/${noun}?sort_by=x`);
    await apis.read('8.2', 400, `/${noun}?reverse_order=x`);
  });

  it('refuses the cursor of another order', async () => {
    const { headers } = await apis.read('8.2', 200, `/${noun}?sort_by=label&limit=2`);
    const page = encodeURIComponent(headers.get('x-paging-nextkey') ?? '');
    expect((await apis.send('8.2', 400, 'GET', `/${noun}?limit=2&page=${page}`)).json).toMatchObject({
      type: 'invalid_cursor',
    });
  });

  it('has what any of some collect, or what nothing collects', async () => {
    const found = async (list: string) => (await paged(`/${noun}?limit=2&collected_by_ids=${list}`)).toSorted();
    expect(await found(top[key])).toEqual(ids([0, 2]).toSorted());
    expect(await found(`${randomUUID()},${top[key]}`)).toEqual(ids([0, 2]).toSorted());
    expect(await found(randomUUID())).toEqual([]);
    expect(await found('')).toEqual(ids([1, 3, 4]).toSorted());
    await apis.read('8.2', 400, `/${noun}?collected_by_ids=x`);
    expect((await apis.call('7.0', 'GET', `/${noun}?collected_by_ids=${randomUUID()}`)).json).toHaveLength(5);
  });
});

describe('the listing of deletion requests', () => {
  it('is newest first in 8.2, with pages of the usual size, and oldest first in 7.0', async () => {
    const requests: string[] = [];
    for (const { id } of flows.slice(0, 3)) {
      const segment = {
        object_id: randomUUID(),
        timerange: '[0:0_1:0)',
        get_urls: [{ label: 'x', url: 'https://a.b/' }],
      };
      await apis.send('7.0', 201, 'POST', '/flows/{flowId}/segments', [id], segment);
      const { json } = await apis.send('8.2', 202, 'DELETE', '/flows/{flowId}/segments', [id]);
      requests.push((json as { id: string }).id);
    }
    const path = '/flow-delete-requests';
    const shown = await paged(`${path}?limit=2`);
    expect(shown.toSorted()).toEqual(requests.toSorted());
    expect(await paged(`${path}?limit=2&sort_by=created&reverse_order=true`)).toEqual(shown.toReversed());
    // A request that is done on the way gets its expiry, and with it another place.
    const expiries = async () =>
      ((await apis.read('8.2', 200, path)).json as { expiry?: string }[]).filter(({ expiry }) => expiry !== undefined);
    await expect.poll(expiries).toHaveLength(requests.length);
    expect((await paged(`${path}?limit=2&sort_by=expiry`)).toSorted()).toEqual(requests.toSorted());
    const { headers } = await apis.read('8.2', 200, path);
    expect([headers.get('x-paging-count'), headers.get('x-paging-reverse-order')]).toEqual(['3', 'false']);
    // The definition names no status for it.
    expect((await apis.call('8.2', 'GET', `${path}?sort_by=x`)).status).toBe(400);
    expect((await apis.read('7.0', 200, path)).headers.get('x-paging-count')).toBeNull();
  });
});
