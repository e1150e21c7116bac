import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Flow, FlowCollectionItem } from '../../src/tams/flows/flow.ts';
import type { Source } from '../../src/tams/sources/source.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { eq } from '../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { dropTables, openTestTables } from '../support/table-engine.ts';

/** The most that a document may hold unless set otherwise. */
const MANY = 1_000;

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let flow: Flow;
let source: Source;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-write-cost-'));
  manager = await openTestTables(folder, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  const created = new Date(0).toISOString();
  const tags = Object.fromEntries(Array.from({ length: MANY }, (_, n) => [`tag ${n}`, `value ${n}`]));
  const members = Array.from({ length: MANY }, (_, n): FlowCollectionItem => ({ id: randomUUID(), role: `role ${n}` }));
  const format = 'urn:x-nmos:format:multi';
  flow = { id: randomUUID(), source_id: randomUUID(), format, created, tags, flow_collection: members };
  source = { id: flow.source_id, format, created, tags };
  await store.transaction(async (tx) => {
    await tx.sources.insert(source);
    await tx.flows.insert(flow);
  });
});
afterEach(async () => {
  await manager.close();
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

/** Rows that a change writes to the indexes of tags and members, by table and operation. */
async function rowsOf(change: () => Promise<void>): Promise<Record<string, number>> {
  manager.resetPerformance();
  await change();
  const written = manager
    .performanceSummary()
    .tables.flatMap(({ table, operations }) =>
      operations
        .filter(({ operation, rows }) => ['insert', 'update', 'delete'].includes(operation) && rows > 0)
        .map(({ operation, rows }) => [`${table} ${operation}`, rows] as const),
    );
  return Object.fromEntries(written.filter(([name]) => /^(flow_tags|source_tags|flow_collection_members) /.test(name)));
}

function changeFlow(change: Partial<Flow>): Promise<Record<string, number>> {
  const fresh = { ...flow, ...change } as Flow;
  return rowsOf(async () => {
    await store.transaction(async (tx) => {
      const state = await tx.flows.state(flow.id);
      if (state === undefined) throw new Error('the flow is gone');
      await tx.flows.replace(state, flow, fresh);
    });
    flow = fresh;
  });
}

async function changeSource(change: Partial<Source>): Promise<Record<string, number>> {
  const fresh = { ...source, ...change };
  const rows = await rowsOf(() =>
    store.transaction(async (tx) => {
      const state = await tx.sources.state(source.id);
      if (state === undefined) throw new Error('the source is gone');
      await tx.sources.replace(state.handle, source, fresh);
    }),
  );
  source = fresh;
  return rows;
}

/** The indexes are those of the document. */
async function expectIndexed(): Promise<void> {
  const { rows: tags } = await manager.select({
    table: 'flow_tags',
    columns: ['name', 'value'],
    where: eq('owner_id', flow.id),
  });
  expect(Object.fromEntries(tags as [string, string][])).toEqual(flow.tags ?? {});
  const members = await store.collections.membersOf([flow.id]);
  expect(members.map(({ memberId: id, role }) => ({ id, role }))).toEqual(flow.flow_collection ?? []);
}

describe('a flow with a thousand tags and members', () => {
  it('has no row of them written by a change of its label', async () => {
    expect(await changeFlow({ label: 'new' })).toEqual({});
    await expectIndexed();
  });

  it('has one row written for a tag that is added, one replaced for one that changes, one deleted for one that goes', async () => {
    expect(await changeFlow({ tags: { ...flow.tags, more: 'x' } })).toEqual({ 'flow_tags insert': 1 });
    const changed = { 'flow_tags delete': 1, 'flow_tags insert': 1 };
    expect(await changeFlow({ tags: { ...flow.tags, more: 'y' } })).toEqual(changed);
    const { more: _, ...less } = flow.tags ?? {};
    expect(await changeFlow({ tags: less })).toEqual({ 'flow_tags delete': 1 });
    await expectIndexed();
    expect(await changeFlow({ tags: {} })).toEqual({ 'flow_tags delete': MANY });
    await expectIndexed();
  });

  it('has only those members written that come and go, wherever they are', async () => {
    const [first, second, ...others] = flow.flow_collection ?? [];
    if (first === undefined || second === undefined) throw new Error('there are no members');
    const fresh: FlowCollectionItem = { id: randomUUID(), role: 'new' };
    const one = (operation: string) => ({ [`flow_collection_members ${operation}`]: 1 });
    expect(await changeFlow({ flow_collection: [first, ...others] })).toEqual(one('delete'));
    await expectIndexed();
    // In the place that became free.
    expect(await changeFlow({ flow_collection: [first, fresh, ...others] })).toEqual(one('insert'));
    await expectIndexed();
    expect(await changeFlow({ flow_collection: [first, fresh, ...others, second] })).toEqual(one('insert'));
    await expectIndexed();
    expect(await changeFlow({ flow_collection: [first, { ...fresh, role: 'renamed' }, ...others, second] })).toEqual({
      ...one('delete'),
      ...one('insert'),
    });
    await expectIndexed();
    // Without a place between two neighbours what follows moves.
    await changeFlow({ flow_collection: [fresh, first, ...others] });
    await expectIndexed();
    await changeFlow({ flow_collection: [...others].reverse() });
    await expectIndexed();
    await changeFlow({ flow_collection: [] });
    await expectIndexed();
  });
});

describe('a source with a thousand tags', () => {
  it('has no row of them written by a change of its label, and one by one of a tag', async () => {
    expect(await changeSource({ label: 'new' })).toEqual({});
    expect(await changeSource({ tags: { ...source.tags, more: 'x' } })).toEqual({ 'source_tags insert': 1 });
  });
});
