import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CursorPosition, Page, PageRequest } from '../../../src/shared/paging.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import { fillColumns, SORT_BACKFILLS } from '../../../src/tams/column-backfill.ts';
import type { DeletionRequest } from '../../../src/tams/deletion/deletion.ts';
import { DELETION_REQUESTS } from '../../../src/tams/deletion/deletion-tables.ts';
import type { FlowFilter, SortOrder } from '../../../src/tams/documents/filters.ts';
import { LABEL_CHARACTERS } from '../../../src/tams/documents/sort-keys.ts';
import type { Flow } from '../../../src/tams/flows/flow.ts';
import { FLOWS } from '../../../src/tams/flows/flow-tables.ts';
import type { Source } from '../../../src/tams/sources/source.ts';
import { SOURCES } from '../../../src/tams/sources/source-tables.ts';
import type { TagMatch } from '../../../src/tams/documents/tags.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { everyRow } from '../../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { videoFlow } from '../../support/examples.ts';
import { dropTables, openTestTables } from '../../support/table-engine.ts';
import { updateRows } from '../../support/vastdb/rows.ts';

/** Every order of every listing against a plain sort, page by page, on each table engine. */

const LONG = 'long '.repeat(60);
/** In their order by code point; UTF-16 has the last two before the three above them. */
const LABELS = [
  '',
  '\u0000',
  '\u0001',
  'A',
  'Z',
  'a',
  'a\u0000',
  'a\u0000b',
  'a\u0001',
  'a\u0002',
  'a b',
  'ab',
  `${LONG}1`,
  `${LONG}2`,
  'é',
  '\u{e000}',
  '\u{fffd}',
  '\u{1f3ac}',
  '\u{1f3ac}a',
];
const EVERY_ORDER = (['created', 'updated', 'label'] as const).flatMap((by) => [
  { by, reverse: false },
  { by, reverse: true },
]);

let directory: string;
let manager: VastDBManager;
let store: VastStore;
const flows: Flow[] = [];
const sources: Source[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tams-listings-'));
  manager = await openTestTables(directory, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of this test', 'webhooks'));
  for (let n = 0; n < 5; n++) sources.push(newSource(n));
  for (let n = 0; n < 90; n++) flows.push(newFlow(n));
  await store.transaction(async (tx) => {
    for (const source of sources) await tx.sources.insert(source);
    for (const flow of flows) await tx.flows.insert(flow);
  });
});
afterAll(async () => {
  await manager.close();
  await dropTables(directory);
  await rm(directory, { recursive: true });
});

/** A few times, so that there are ties. */
const time = (n: number): string => new Date(1_700_000_000_000 + (n % 7) * 999).toISOString();

function newFlow(n: number): Flow {
  const label = n % 4 === 3 ? undefined : LABELS[n % LABELS.length];
  return {
    ...videoFlow({ id: randomUUID(), source_id: sources[n % sources.length]?.id ?? '' }),
    ...(label !== undefined && { label }),
    ...(n % 3 === 0 && { tags: { third: 'yes', ...(n % 2 === 0 && { auth_classes: 'news' }) } }),
    codec: n % 5 === 0 ? 'video/raw' : 'video/h264',
    created: time(n),
    ...(n % 6 > 0 && { metadata_updated: time(n * 3) }),
  };
}

const newSource = (n: number): Source => ({
  id: randomUUID(),
  format: 'urn:x-nmos:format:video',
  created: time(n),
  ...(n % 2 === 0 && { updated: time(n), label: `source ${n}` }),
});

/** By code point: UTF-8 has that order. */
const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const start = (label: string): string => Array.from(label).slice(0, LABEL_CHARACTERS).join('');

interface Sorted {
  readonly id: string;
  readonly created?: string | undefined;
  readonly updated?: string | undefined;
  readonly label?: string | undefined;
}

function sortedIds(rows: readonly Sorted[], { by, reverse }: SortOrder): string[] {
  const compare = (a: Sorted, b: Sorted): number => {
    const [x, y] = [a[by], b[by]];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined) || compareText(a.id, b.id);
    }
    const values = by === 'label' ? compareText(start(x), start(y)) : compareText(y, x);
    return values || compareText(a.id, b.id);
  };
  const ids = [...rows].sort(compare).map(({ id }) => id);
  return reverse ? ids.reverse() : ids;
}

const sortable = (flow: Flow): Sorted => ({ ...flow, updated: flow.metadata_updated });
const ofFlows = (order: SortOrder, those: readonly Flow[] = flows): string[] => sortedIds(those.map(sortable), order);

async function walk<Item extends { readonly id: string }>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit = 7,
  between: (pages: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const ids: string[] = [];
  let after: CursorPosition | undefined;
  for (let pages = 1; ; pages++) {
    const { items, next } = await list({ limit, ...(after && { after }) });
    for (const { id } of items) ids.push(id);
    if (next === undefined) return ids;
    after = next;
    await between(pages);
  }
}

const NO_TAGS = { values: new Map<string, TagMatch>(), exists: new Map<string, boolean>() };
const list =
  (filter: Partial<FlowFilter>, from: VastStore = store) =>
  (page: PageRequest) =>
    from.flows.list({ tags: NO_TAGS, ...filter }, page);

describe.each(EVERY_ORDER)('flows and sources by $by, reverse $reverse', (order) => {
  it('come in this order, on pages of any size', async () => {
    for (const limit of [7, 1_000]) expect(await walk(list({ order }), limit)).toEqual(ofFlows(order));
    const sourcesIn = (page: PageRequest) => store.sources.list({ tags: NO_TAGS, order }, page);
    expect(await walk(sourcesIn, 2)).toEqual(sortedIds(sources, order));
  });

  it('come in this order with every kind of filter', async () => {
    const [first] = sources;
    const label = LABELS[5] ?? '';
    const filters: [Partial<FlowFilter>, (flow: Flow) => boolean][] = [
      [{ sourceId: first?.id ?? '' }, (flow) => flow.source_id === first?.id],
      [{ label }, (flow) => flow.label === label],
      [{ sourceId: first?.id ?? '', label }, (flow) => flow.source_id === first?.id && flow.label === label],
      [{ codec: 'video/raw' }, (flow) => flow.codec === 'video/raw'],
      [
        { tags: { ...NO_TAGS, values: new Map([['third', { anyOf: ['yes'], items: true }]]) } },
        (flow) => flow.tags?.['third'] === 'yes',
      ],
      [{ tags: { ...NO_TAGS, exists: new Map([['third', false]]) } }, (flow) => flow.tags?.['third'] === undefined],
      [{ timerange: TimeRange.parse('()') }, () => true],
      [{ timerange: TimeRange.parse('[0:0_1:0)') }, () => false],
    ];
    for (const [filter, has] of filters) {
      expect(await walk(list({ ...filter, order }), 3)).toEqual(ofFlows(order, flows.filter(has)));
    }
    const open = flows.filter(({ tags }) => tags?.['auth_classes'] === undefined);
    expect(
      await walk(
        list(
          { order },
          store.limitedTo({ rights: { read: ['sport'], write: ['sport'], delete: ['sport'] }, right: 'read' }),
        ),
        5,
      ),
    ).toEqual(ofFlows(order, open));
  });

  it('are shown once each while others come and go', async () => {
    const wanted = ofFlows(order);
    const added: Flow[] = [];
    const seen = await walk(list({ order }), 7, async (pages) => {
      const flow = newFlow(pages * 11);
      added.push(flow);
      await store.transaction((tx) => tx.flows.insert(flow));
    });
    expect(seen.filter((id) => wanted.includes(id))).toEqual(wanted);
    const all = ofFlows(order, [...flows, ...added]);
    expect(all.filter((id) => seen.includes(id))).toEqual(seen);
    await store.transaction(async (tx) => {
      for (const { id } of added) {
        const state = await tx.flows.state(id);
        if (state !== undefined) await tx.flows.remove(state);
      }
    });
  });

  it('have cursors of their own', async () => {
    const { next } = await list({ order })({ limit: 2 });
    for (const other of [...EVERY_ORDER, undefined]) {
      if (other === order || next === undefined) continue;
      const asked = list(other === undefined ? {} : { order: other })({ limit: 2, after: next });
      if (other === undefined) await expect(asked).rejects.toMatchObject({ code: 'invalid_cursor' });
      else await expect(asked).rejects.toMatchObject({ code: 'invalid_cursor', field: 'page' });
    }
    const { next: oldest } = await list({})({ limit: 2 });
    await expect(list({ order })({ limit: 2, after: oldest ?? [] })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

it('a change moves a flow to its new place', async () => {
  const flow = flows[0];
  if (flow === undefined) throw new Error('there are flows');
  const changed = { ...flow, label: 'zz', metadata_updated: time(1) };
  await store.transaction(async (tx) => {
    const state = await tx.flows.state(flow.id);
    if (state !== undefined) await tx.flows.replace(state, flow, changed);
  });
  flows[0] = changed;
  for (const order of EVERY_ORDER) expect(await walk(list({ order }))).toEqual(ofFlows(order));
});

it('deletion requests come by creation and by expiry', async () => {
  const requests = Array.from({ length: 20 }, (_, n): DeletionRequest => {
    const [created, everything] = [time(n), TimeRange.EVERYTHING];
    const expiry = n % 3 === 0 ? undefined : new Date(Date.UTC(2100, n % 5)).toISOString();
    return {
      id: randomUUID(),
      flowId: randomUUID(),
      timerangeToDelete: everything,
      timerangeRemaining: everything,
      deleteFlow: false,
      created,
      createdBy: 'test',
      updated: created,
      status: 'done',
      ...(expiry !== undefined && { expiry }),
    };
  });
  await store.transaction(async (tx) => {
    for (const request of requests) await tx.deletionRequests.insert(request);
  });
  const inOrder = (order?: SortOrder<'created' | 'expiry'>) => (page: PageRequest) =>
    store.deletionRequests.list(Date.now(), page, order);
  const check = async () => {
    for (const reverse of [false, true]) {
      const byCreation = sortedIds(requests, { by: 'created', reverse });
      expect(await walk(inOrder({ by: 'created', reverse }), 3)).toEqual(byCreation);
      const updated = requests.map(({ id, expiry }) => ({ id, updated: expiry }));
      expect(await walk(inOrder({ by: 'expiry', reverse }), 3)).toEqual(sortedIds(updated, { by: 'updated', reverse }));
    }
  };
  await check();
  const first = requests[0] as DeletionRequest;
  requests[0] = { ...first, expiry: new Date(Date.UTC(2099, 1)).toISOString() };
  await store.transaction((tx) => tx.deletionRequests.update(requests[0] as DeletionRequest));
  await check();
});

it('rows that are older than the order get their place at a start', async () => {
  const logger = pino({ level: 'silent' });
  for (const { table, columns } of SORT_BACKFILLS) {
    await updateRows(manager, table, everyRow(), Object.fromEntries(columns.map((column) => [column, null])));
  }
  expect(await walk(list({ order: { by: 'label', reverse: false } }))).toEqual([]);
  const rows = new Map([
    [FLOWS.name, flows.length],
    [SOURCES.name, sources.length],
    [DELETION_REQUESTS.name, 20],
  ]);
  const filled = SORT_BACKFILLS.reduce((sum, { table }) => sum + (rows.get(table) ?? NaN), 0);
  expect(await fillColumns(manager, SORT_BACKFILLS, logger)).toBe(filled);
  expect(await fillColumns(manager, SORT_BACKFILLS, logger)).toBe(0);
  for (const order of EVERY_ORDER) expect(await walk(list({ order }), 50)).toEqual(ofFlows(order));
});
