import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CursorPosition, Page, PageRequest } from '../../../src/shared/paging.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import type { SortOrder } from '../../../src/tams/documents/filters.ts';
import type { Flow } from '../../../src/tams/flows/flow.ts';
import type { TagMatch } from '../../../src/tams/documents/tags.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { multiFlow } from '../../support/examples.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';

/** The filter of flows and sources by what collects them, against the collections themselves. */

const ORDERS: (SortOrder | undefined)[] = [
  undefined,
  { by: 'label', reverse: true },
  { by: 'created', reverse: false },
];
const tags = { values: new Map<string, TagMatch>(), exists: new Map<string, boolean>() };

let directory: string;
let manager: VastDBManager;
let store: VastStore;
const flows: Flow[] = [];
const sourceIds = Array.from({ length: 8 }, () => randomUUID());

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tams-listings-'));
  manager = await openTestTables(directory, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of this test', 'webhooks'));
  for (let n = 0; n < 40; n++) {
    // The first ten collect the next twenty, some of them twice; the last ten are collected by none.
    const members = n < 10 ? [10 + n, 10 + ((n * 3) % 20), 29 - n] : [];
    flows.push({
      ...multiFlow({ id: randomUUID(), source_id: sourceIds[n % sourceIds.length] ?? '' }),
      label: `flow ${n % 5}`,
      created: new Date(n * 1_000).toISOString(),
      ...(n % 2 === 1 && n < 10 && { tags: { auth_classes: 'news' } }),
      memberNumbers: members,
    } as unknown as Flow);
  }
  for (const [n, flow] of flows.entries()) {
    const { memberNumbers, ...rest } = flow as Flow & { memberNumbers: number[] };
    const flow_collection = memberNumbers.map((member) => ({ id: flows[member]?.id ?? '', role: 'part' }));
    flows[n] = { ...rest, ...(flow_collection.length > 0 && { flow_collection }) };
  }
  await store.transaction(async (tx) => {
    for (const id of sourceIds) {
      await tx.sources.insert({ id, format: 'urn:x-nmos:format:multi', created: new Date(0).toISOString() });
    }
    for (const flow of flows) await tx.flows.insert(flow);
  });
});
afterAll(async () => {
  await manager.close();
  await dropTables(directory);
  await rm(directory, { recursive: true });
});

const isOpen = ({ tags: own }: Flow): boolean => own?.['auth_classes'] === undefined;

/** Of each flow or source, by id, those that collect it, as a view sees them. */
function collectors(of: 'id' | 'source_id', sees: (flow: Flow) => boolean): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const flow of flows.filter(sees)) found.set(flow[of], new Set());
  for (const flow of flows.filter(sees)) {
    for (const { id } of flow.flow_collection ?? []) {
      const member = flows.find((each) => each.id === id);
      if (member !== undefined && sees(member)) found.get(member[of])?.add(flow[of]);
    }
  }
  return found;
}

async function walk(list: (page: PageRequest) => Promise<Page<{ readonly id: string }>>): Promise<string[]> {
  const ids: string[] = [];
  let after: CursorPosition | undefined;
  do {
    const { items, next } = await list({ limit: 4, ...(after && { after }) });
    ids.push(...items.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  return ids.sort();
}

it.each([
  ['everybody', () => store, () => true],
  [
    'a limited view',
    () => store.limitedTo({ rights: { read: ['sport'], write: ['sport'], delete: ['sport'] }, right: 'read' }),
    isOpen,
  ],
] as const)('finds flows and sources by those that collect them, for %s', async (_name, view, sees) => {
  for (const [of, listed] of [
    ['id', view().flows],
    ['source_id', view().sources],
  ] as const) {
    const collectedBy = collectors(of, sees);
    const [one = '', two = '', three = ''] = flows.slice(0, 3).map((flow) => flow[of]);
    for (const ids of [[one], [two], [one, two, three], [randomUUID()], [randomUUID(), three], []]) {
      const has = (own: Set<string>): boolean => (ids.length === 0 ? own.size === 0 : ids.some((id) => own.has(id)));
      const wanted = [...collectedBy].filter(([, own]) => has(own)).map(([id]) => id);
      for (const order of ORDERS) {
        const filter = { tags, collectedByIds: ids, ...(order && { order }) };
        expect(await walk((page) => listed.list(filter, page))).toEqual(wanted.toSorted());
      }
    }
  }
});

it('goes with other filters', async () => {
  const [first] = flows;
  const filter = { tags, collectedByIds: [first?.id ?? ''], label: 'flow 0' };
  const members = first?.flow_collection?.map(({ id }) => id) ?? [];
  const wanted = flows.filter(({ id, label }) => members.includes(id) && label === 'flow 0').map(({ id }) => id);
  expect(wanted.length).toBeGreaterThan(0);
  expect(await walk((page) => store.flows.list(filter, page))).toEqual(wanted.sort());
});
