import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLOW_TAGS, FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { openTestTables } from '../../support/table-engine.ts';
import { multiFlow, videoFlow } from '../../support/examples.ts';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api, failedOf, summaryOf, typeOf } from './support/api.ts';

const MAX_ITEMS = 10;
const MAX_BYTES = 20_000;

let server: TestServer;
let api: Api;

beforeAll(async () => {
  const env = { DOCUMENT_ITEMS_MAX: `${MAX_ITEMS}`, DOCUMENT_MAX_BYTES: `${MAX_BYTES}`, LOG_LEVEL: 'silent' };
  server = await startTestServer({ env });
  api = new Api(server.baseUrl);
});
afterAll(() => server.close());

const tags = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`tag ${n}`, 'x']));
const flow = (more: object = {}) => videoFlow({ id: randomUUID(), source_id: randomUUID() }, more);

/** What an operation answers that meets a limit: 400, its code, and the setting in its words. */
async function expectRefused(method: string, path: string, json: unknown, type: string, says: RegExp): Promise<void> {
  const result = await api.send(method, path, json);
  expect([result.status, typeOf(result)], `${method} ${path}`).toEqual([400, type]);
  expect(summaryOf(result)).toMatch(says);
}

describe('more than a document may hold', () => {
  const items = /DOCUMENT_ITEMS_MAX/;

  it('is refused where a flow is put: tags, members, channels, and lists that are unknown here', async () => {
    const many = (length: number) => Array.from({ length }, (_, n) => n);
    const members = (length: number) => many(length).map(() => ({ id: randomUUID(), role: 'x' }));
    const lists = {
      tags: tags(MAX_ITEMS + 1),
      flow_collection: members(MAX_ITEMS + 1),
      container_mapping: { audio_track: { channel_numbers: many(MAX_ITEMS + 1) } },
      notes: many(MAX_ITEMS + 1),
    };
    for (const [name, value] of Object.entries(lists)) {
      const put = flow({ [name]: value });
      const says = new RegExp(`^${name}.*: 11 are more than the 10 .*DOCUMENT_ITEMS_MAX`);
      await expectRefused('PUT', `/flows/${put.id}`, put, 'too_many_items', says);
    }
    const put = flow({ tags: tags(MAX_ITEMS) });
    await api.must('PUT', `/flows/${put.id}`, put);
  });

  it('is refused where a tag or a collection is put', async () => {
    const flowId = await api.newFlow({ tags: tags(MAX_ITEMS) });
    await expectRefused('PUT', `/flows/${flowId}/tags/more`, 'x', 'too_many_items', items);
    await api.must('PUT', `/flows/${flowId}/tags/tag 1`, 'another');
    const members = await Promise.all(Array.from({ length: MAX_ITEMS + 1 }, () => api.newFlow()));
    const collection = members.map((id) => ({ id, role: 'part' }));
    const path = `/flows/${await api.newFlow()}/flow_collection`;
    await expectRefused('PUT', path, collection, 'too_many_items', items);
    await api.must('PUT', path, collection.slice(1));
  });

  it('is refused of a source', async () => {
    const put = flow();
    await api.must('PUT', `/flows/${put.id}`, put);
    for (let n = 0; n < MAX_ITEMS; n++) await api.must('PUT', `/sources/${put.source_id}/tags/tag ${n}`, 'x');
    await expectRefused('PUT', `/sources/${put.source_id}/tags/more`, 'x', 'too_many_items', items);
  });

  it('is refused of a webhook, and so is one webhook too many', async () => {
    const ids = Array.from({ length: MAX_ITEMS + 1 }, () => randomUUID());
    const hook = (n: number) => ({ url: `https://receiver.example/${n}`, events: ['flows/created'] });
    for (const list of ['flow_ids', 'source_ids', 'flow_collected_by_ids', 'source_collected_by_ids']) {
      await expectRefused('POST', '/service/webhooks', { ...hook(0), [list]: ids }, 'too_many_items', items);
    }
    const labels = { ...hook(0), accept_get_urls: ids };
    await expectRefused('POST', '/service/webhooks', labels, 'too_many_items', items);
    for (let n = 0; n < MAX_ITEMS; n++) await api.must('POST', '/service/webhooks', hook(n));
    await expectRefused('POST', '/service/webhooks', hook(MAX_ITEMS), 'too_many_items', items);
    // 8.2 makes another one each time.
    if (IS_NEWER) return;
    // One that is there can be posted again, and be removed, however it is described.
    await api.must('POST', '/service/webhooks', hook(0));
    await api.must('POST', '/service/webhooks', { ...hook(0), flow_ids: ids, events: [] });
    await api.must('POST', '/service/webhooks', hook(MAX_ITEMS));
  });

  it('is refused of a segment, and the others of the list are registered', async () => {
    const flowId = await api.newFlow();
    const urls = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ url: `https://else.example/${n}`, label: `${n}` }));
    const segment = (n: number, more: object) => ({ object_id: `o${n}`, timerange: `[${n}:0_${n + 1}:0)`, ...more });
    const result = await api.postSegments(flowId, [
      segment(0, { get_urls: urls(MAX_ITEMS + 1) }),
      segment(1, { get_urls: [{ url: `https://else.example/${'x'.repeat(MAX_BYTES)}`, label: 'x' }] }),
      segment(2, { get_urls: urls(1), notes: 'x'.repeat(MAX_BYTES) }),
      segment(3, { get_urls: urls(MAX_ITEMS) }),
    ]);
    expect(failedOf(result).map(({ object_id, error }) => [object_id, error.type])).toEqual([
      ['o0', 'too_many_items'],
      ['o1', 'document_too_large'],
      ['o2', 'document_too_large'],
    ]);
    expect(await api.timeranges(flowId)).toEqual(['[3:0_4:0)']);
  });
});

describe('a member of a collection', () => {
  it('may be there in several roles, and in each of them once', async () => {
    const [member, collector] = [await api.newFlow(), await api.newFlow()];
    const twice = [
      { id: member, role: 'left' },
      { id: member, role: 'right' },
    ];
    const path = `/flows/${collector}/flow_collection`;
    await api.must('PUT', path, twice);
    const repeated = [...twice, { id: member, role: 'left', container_mapping: { track_index: 1 } }];
    await expectRefused(
      'PUT',
      path,
      repeated,
      'invalid_flow_collection',
      new RegExp(`${member}.*more than once.*left`),
    );
    const put = multiFlow({ id: randomUUID(), source_id: randomUUID() }, { flow_collection: repeated });
    await expectRefused('PUT', `/flows/${put.id}`, put, 'invalid_flow_collection', /more than once/);
    expect(await api.get(path)).toEqual(twice);
  });
});

describe('a document larger than it may be', () => {
  it('is a 413 as a body, before it is read, that names the setting', async () => {
    const description = 'x'.repeat(MAX_BYTES);
    const put = flow({ description });
    for (const [method, path, json] of [
      ['PUT', `/flows/${put.id}`, put],
      ['PUT', `/flows/${put.id}/description`, description],
      ['POST', '/service/webhooks', { url: `https://a.example/${'x'.repeat(MAX_BYTES)}`, events: [] }],
    ] as const) {
      const result = await api.send(method, path, json);
      expect([result.status, typeOf(result)], path).toEqual([413, 'payload_too_large']);
      expect(summaryOf(result)).toMatch(/20000 bytes.*DOCUMENT_MAX_BYTES/);
    }
  });

  it('cannot be made of parts that are small enough', async () => {
    const flowId = await api.newFlow({ description: 'x'.repeat(MAX_BYTES / 2) });
    const half = 'y'.repeat(MAX_BYTES / 2);
    await expectRefused(
      'PUT',
      `/flows/${flowId}/label`,
      half,
      'document_too_large',
      /^(label|description): .*DOCUMENT_M/,
    );
    await expectRefused('PUT', `/flows/${flowId}/tags/half`, half, 'document_too_large', /DOCUMENT_MAX_BYTES/);
  });
});

describe('a flow that an older version let have more', () => {
  it('can be read, made less, and deleted, and nothing can be added to it', async () => {
    const member = await api.newFlow();
    const id = await api.newFlow({ tags: { first: 'x' } });
    const old = await api.get<Record<string, unknown>>(`/flows/${id}`);
    const repeats = Array.from({ length: 30 }, () => ({ id: member, role: 'x' }));
    const large = { ...old, tags: tags(50), flow_collection: repeats, description: 'x'.repeat(2 * MAX_BYTES) };
    const manager = await openTestTables(server.dataDir, VAST_STORE_TABLES);
    await manager.transaction(async (tx) => {
      await tx.update(FLOWS.name, eq('id', id), { document: JSON.stringify(large) });
      await tx.delete(FLOW_TAGS.whole.name, eq('owner_id', id));
      const rows = Object.entries(large.tags).map(([name, value]) => [id, name, value]);
      await tx.insertArrays(FLOW_TAGS.whole.name, ['owner_id', 'name', 'value'], rows);
      const members = repeats.map(({ id: memberId, role }, position) => [id, BigInt(position), memberId, role]);
      await tx.insertArrays('flow_collection_members', ['flow_id', 'position', 'member_id', 'role'], members);
    });
    await manager.close();

    expect(await api.get(`/flows/${id}`)).toEqual(large);
    await expectRefused('PUT', `/flows/${id}/tags/more`, 'x', 'too_many_items', /^tags: 51/);
    await expectRefused('PUT', `/flows/${id}/label`, 'a label', 'document_too_large', /in description/);
    await expectRefused(
      'PUT',
      `/flows/${id}/flow_collection`,
      [...repeats, ...repeats],
      'invalid_flow_collection',
      /once/,
    );
    // Neither needs the whole to be within the limits.
    await api.must('PUT', `/flows/${id}/read_only`, true);
    await api.must('PUT', `/flows/${id}/read_only`, false);
    await api.must('DELETE', `/flows/${id}/tags/tag 7`);
    await api.must('PUT', `/flows/${id}/flow_collection`, repeats.slice(2));
    expect(await api.get(`/flows/${id}`)).toMatchObject({ flow_collection: repeats.slice(2) });
    await api.must('PUT', `/flows/${id}/description`, 'short');
    await api.must('PUT', `/flows/${id}/label`, 'a label');
    expect(Object.keys(await api.get<object>(`/flows/${id}/tags`))).toHaveLength(49);
    await api.must('DELETE', `/flows/${id}`);
  });
});
