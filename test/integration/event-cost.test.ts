import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SegmentRegistration } from '../../src/tams/segments/segment-registration.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { openSqliteEngine } from '../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import type { Flow } from '../../src/tams/flows/flow.ts';
import type { Registrant, WebhookEvent } from '../../src/tams/webhooks/webhook.ts';
import { TEST_LIMITS } from '../support/document-limits.ts';
import { updateRows } from '../support/vastdb/rows.ts';

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let registration: SegmentRegistration;
const flow = {
  id: randomUUID(),
  source_id: randomUUID(),
  format: 'urn:x-nmos:format:multi',
  container: 'video/mp2t',
} as const;
const source = { id: flow.source_id, format: flow.format, created: new Date(0).toISOString() };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-event-cost-'));
  const engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 4 });
  manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
  await store.transaction(async (tx) => {
    await tx.sources.insert(source);
    await tx.flows.insert({ ...flow, created: new Date(0).toISOString() });
  });
  await post(0);
});
afterEach(async () => {
  await manager.close();
  await rm(folder, { recursive: true });
});

async function post(second: number): Promise<void> {
  const urls = [{ url: 'https://elsewhere.example/object' }];
  const segment = { object_id: `object ${second}`, timerange: `[${second}:0_${second + 1}:0)`, get_urls: urls };
  expect(await registration.register(flow.id, [segment])).toEqual([]);
}

/** The queries of one POST that events are to blame for, by table and operation. */
async function queriesOfPost(second: number): Promise<Record<string, number>> {
  manager.resetPerformance();
  await post(second);
  const queries = manager
    .performanceSummary()
    .tables.flatMap(({ table, operations }) =>
      operations.map(({ operation, count }) => [`${table} ${operation}`, count] as const),
    );
  return Object.fromEntries(queries.filter(([name]) => /^(counters|events|webhooks|leases|flow_coll)/.test(name)));
}

const register = (events: WebhookEvent[], more: object = {}, registrant?: Registrant) =>
  store.transaction((tx) => tx.webhooks.save({ url: 'https://hook.example/', events, ...more }, registrant));

/** How often a POST reads flows and sources. */
async function readsOfPost(second: number): Promise<number> {
  await queriesOfPost(second);
  const { tables } = manager.performanceSummary();
  const read = tables.filter(({ table }) => table === 'flows' || table === 'sources');
  return read
    .flatMap(({ operations }) => operations)
    .reduce((sum, { operation, count }) => sum + (operation === 'select' ? count : 0), 0);
}

describe('what events cost a POST of segments', () => {
  it('is one point read without registrations', async () => {
    expect(await queriesOfPost(1)).toEqual({ 'counters select': 1 });
  });

  it('is the same where nobody asks for the event, whoever else is registered', async () => {
    await register(['flows/created', 'sources/updated']);
    await register(['flows/segments_added'], { flow_ids: [randomUUID()], api_key_name: 'k', api_key_value: 'v' });
    expect(await queriesOfPost(1)).toEqual({ 'counters select': 1, 'webhooks select': 1 });
    expect(await queriesOfPost(2)).toEqual({ 'counters select': 1 });
  });

  it('is three queries where somebody does, and one more where it depends on collections', async () => {
    await register(['flows/segments_added']);
    await post(1);
    expect(await queriesOfPost(2)).toEqual({ 'counters select': 1, 'events select': 1, 'events insert': 1 });
    await register(['flows/segments_added'], { flow_collected_by_ids: [randomUUID()] });
    await post(3);
    expect(await queriesOfPost(4)).toEqual({ 'counters select': 1, 'flow_collection_members select': 1 });
  });

  it('is one more point read where classes limit who asks, and nothing is written that they do not give access to', async () => {
    const before = await readsOfPost(1);
    await register(['flows/segments_added', 'sources/updated'], {}, { owner: 'unlimited', classes: undefined });
    expect(await readsOfPost(2)).toBe(before);
    await register(['sources/updated'], { api_key_name: 'k' }, { owner: 'limited', classes: [] });
    expect(await readsOfPost(3)).toBe(before + 1);
    await register(['flows/segments_added'], {}, { owner: 'limited', classes: [] });
    expect(await readsOfPost(4)).toBe(before + 2);
    const { items } = await store.webhooks.list({ limit: 10 }, { owner: 'unlimited', classes: [] });
    expect(items).toHaveLength(1);
    await store.transaction((tx) => tx.webhooks.remove({ url: 'https://hook.example/' }, 'unlimited'));
    expect(await queriesOfPost(5)).toMatchObject({ 'events insert': 1 });
    await store.transaction(async (tx) => {
      const [state, present] = [await tx.flows.state(flow.id), await tx.flows.find(flow.id)];
      if (state === undefined || present === undefined) throw new Error('the flow is gone');
      const kept = JSON.parse(present.document) as Flow;
      await tx.flows.replace(state, kept, { ...kept, tags: { auth_classes: 'news' } });
    });
    await post(6);
    expect(await queriesOfPost(7)).toEqual({ 'counters select': 1 });
  });
});

describe('registrations that are older than owners', () => {
  it('are the admins’', async () => {
    await register(['flows/segments_added']);
    // As an earlier version left them: without the columns.
    await updateRows(manager, 'webhooks', { op: 'isNotNull', column: 'identity' }, { owner: null, classes: null });
    await register(['flows/created'], {}, { owner: 'a writer', classes: undefined });
    await register(['flows/updated']);
    const url = 'https://hook.example/';
    // Those of one millisecond come in any order.
    const listed = async (owner?: string) =>
      (
        await store.webhooks.list({ limit: 10 }, owner === undefined ? undefined : { owner, classes: [] })
      ).items.toSorted((a, b) => String(b.events).localeCompare(String(a.events)));
    expect(await listed()).toMatchObject([
      { url, events: ['flows/updated'] },
      { url, events: ['flows/created'] },
    ]);
    expect(await listed('a writer')).toMatchObject([{ url, events: ['flows/created'] }]);
    await store.transaction((tx) => tx.webhooks.remove({ url }, 'another'));
    expect(await listed()).toHaveLength(2);
  });
});

describe('registrations that are older than events', () => {
  it('are told of what happens from the upgrade on', async () => {
    await register(['flows/segments_added']);
    // As an earlier version left them: registered, and nothing counted.
    await manager.delete('counters', { op: 'isNotNull', column: 'name' });
    store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
    registration = new SegmentRegistration(store, new Set(), TEST_LIMITS);
    await post(1);
    expect(await manager.count('events')).toBe(1);
  });
});
