import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/shared/errors.ts';
import { TimeRange } from '../../src/shared/time/timerange.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import type { SegmentInput } from '../../src/tams/segments/segment.ts';
import { SegmentRegistration } from '../../src/tams/segments/segment-registration.ts';
import { fromJson } from '../../src/shared/json-text.ts';
import { packLocations } from '../../src/tams/objects/object-location.ts';
import { OBJECTS } from '../../src/tams/objects/object-tables.ts';
import { EVENTS } from '../../src/tams/webhooks/webhook-tables.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { openSqliteEngine } from '../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { TEST_LIMITS } from '../support/document-limits.ts';

/** A store of its own, on the embedded engine: registrations that wait at the same time share a transaction there alone. */
interface Fixture {
  readonly manager: VastDBManager;
  readonly store: VastStore;
  readonly registration: SegmentRegistration;
  close(): Promise<void>;
}

async function openFixture(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-registrations-'));
  const engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 4 });
  const manager = await VastDBManager.open(engine, VAST_STORE_TABLES);
  const store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  return {
    manager,
    store,
    registration: new SegmentRegistration(store, new Set(), TEST_LIMITS),
    close: async () => {
      await manager.close();
      await rm(folder, { recursive: true });
    },
  };
}

let fixture: Fixture;
beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

async function newFlow({ store }: Fixture, more: object = {}, id: string = randomUUID()): Promise<string> {
  const made = { id, source_id: randomUUID(), format: 'urn:x-nmos:format:multi', created: new Date(0).toISOString() };
  await store.transaction((tx) => tx.flows.insert({ ...made, container: 'video/mp2t', ...more } as never));
  return id;
}

const newFlows = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => newFlow(fixture)));

/** A segment of one second; of an external object. */
const segment = (second: number, object_id: string, more: Partial<SegmentInput> = {}): SegmentInput => ({
  object_id,
  timerange: `[${second}:0_${second + 1}:0)`,
  get_urls: [{ url: `https://elsewhere.example/${object_id}` }],
  ...more,
});

/** For each: `ok`, the codes of its refused segments, or that of its error. */
function outcomes(
  { registration }: Fixture,
  asked: readonly (readonly [flowId: string, ...segments: SegmentInput[]])[],
  fitRanges = false,
): Promise<string[]> {
  // All in one turn of the event loop, so all wait for the same transaction.
  return Promise.all(
    asked.map(async ([flowId, ...segments]) => {
      try {
        const refusals = await registration.register(flowId, segments, fitRanges);
        return refusals.map(({ index, error }) => `${index} ${error.code}`).join() || 'ok';
      } catch (error) {
        if (error instanceof AppError) return error.code;
        return String(error);
      }
    }),
  );
}

async function shownOf({ store }: Fixture, flowId: string): Promise<string[]> {
  const everything = { timerange: TimeRange.EVERYTHING, reverse: false };
  const { items } = await store.segments.page(flowId, everything, { limit: 1000 });
  return items.map(({ fragment }) => {
    const { object_id: object, timerange } = JSON.parse(`${fragment}}`) as SegmentInput;
    return `${object} ${timerange}`;
  });
}

/** How often each operation was done since `resetPerformance`, by table. */
const counts = (): Record<string, number> =>
  Object.fromEntries(
    fixture.manager
      .performanceSummary()
      .tables.flatMap(({ table, operations }) =>
        operations.map(({ operation, count }) => [`${table} ${operation}`, count] as const),
      ),
  );

const versionOf = async (flowId: string): Promise<bigint> => (await fixture.store.flows.segmentsVersion(flowId)) ?? 0n;

describe('registrations that wait at the same time', () => {
  it('are one transaction of as many statements as one of them', async () => {
    const flows = await newFlows(20);
    const [first = '', ...others] = flows;
    // From here on the process knows that nobody wants events.
    expect(await outcomes(fixture, [[first, segment(0, 'a')]])).toEqual(['ok']);
    fixture.manager.resetPerformance();
    expect(await outcomes(fixture, [[first, segment(1, 'b')]])).toEqual(['ok']);
    const alone = counts();
    fixture.manager.resetPerformance();
    const all = others.map((id) => [id, segment(0, `of ${id}`)] as const);
    expect(new Set(await outcomes(fixture, all))).toEqual(new Set(['ok']));
    // New external objects are looked for again, each flow's for itself.
    expect(counts()).toEqual({ ...alone, 'objects select': 1 + others.length });
    for (const id of others) expect(await shownOf(fixture, id)).toEqual([`of ${id} [0:0_1:0)`]);
  });

  it('succeed or fail each for itself', async () => {
    const [good = '', nameless = '', filled = '', other = '', deleting = ''] = await newFlows(5);
    const readOnly = await newFlow(fixture, { read_only: true });
    const bare = await newFlow(fixture, { container: undefined });
    expect(await outcomes(fixture, [[filled, segment(5, 'there')]])).toEqual(['ok']);
    const versions = await Promise.all([good, filled, readOnly, other].map(versionOf));
    const removed = fixture.store.transaction(async (tx) => {
      const state = await tx.flows.state(deleting);
      if (state !== undefined) await tx.flows.markDeleting(state);
    });
    const asked = [
      [randomUUID(), segment(0, 'of nobody')],
      [good, segment(0, 'a'), segment(1, 'b', { get_urls: [] })],
      [readOnly, segment(0, 'c')],
      [bare, segment(0, 'd')],
      [filled, segment(5, 'e')],
      [deleting, segment(0, 'f')],
      [other, segment(0, 'g', { timerange: '[1:0_0:0)' }), segment(2, 'h')],
      [nameless, segment(0, '')],
    ] as const;
    expect(await outcomes(fixture, asked)).toEqual([
      'not_found',
      '1 unknown_object',
      'flow_read_only',
      'container_not_set',
      '0 segment_overlap',
      'not_found',
      '0 invalid_timerange',
      '0 invalid_segment',
    ]);
    await removed;
    const shown = await Promise.all([good, filled, readOnly, bare, other].map((id) => shownOf(fixture, id)));
    expect(shown).toEqual([['a [0:0_1:0)'], ['there [5:0_6:0)'], [], [], ['h [2:0_3:0)']]);
    const later = await Promise.all([good, filled, readOnly, other].map(versionOf));
    expect(later.map((version, index) => version - (versions[index] ?? 0n))).toEqual([1n, 0n, 0n, 1n]);
    // Refused segments have left no objects.
    expect([...(await fixture.store.objects.existing(Array.from('abcdefgh')))].sort()).toEqual(['a', 'h']);
  });

  it('see those before them that name the same flow, or the same object', async () => {
    const [one = '', two = '', three = ''] = await newFlows(3);
    const version = await versionOf(one);
    fixture.manager.resetPerformance();
    const asked = [
      [one, segment(0, 'shared', { object_timerange: '[0:0_5:0)' })],
      [one, segment(0, 'elsewhere')],
      [one, segment(1, 'shared')],
      // Without URLs only an object that is there can be used.
      [two, segment(3, 'shared', { get_urls: [] })],
      [three, segment(7, 'shared')],
      [three, segment(2, 'shared', { object_timerange: '[0:0_9:0)' })],
    ] as const;
    expect(await outcomes(fixture, asked, true)).toEqual([
      'ok',
      '0 segment_overlap',
      'ok',
      'ok',
      '0 invalid_segment',
      '0 invalid_segment',
    ]);
    expect(counts()).toMatchObject({ '* transaction': 1 });
    expect(await shownOf(fixture, one)).toEqual(['shared [0:0_1:0)', 'shared [1:0_2:0)']);
    expect(await shownOf(fixture, two)).toEqual(['shared [3:0_4:0)']);
    expect(await shownOf(fixture, three)).toEqual([]);
    expect((await versionOf(one)) - version).toBe(2n);
  });

  it('are registered each alone where writing them throws', async () => {
    const flows = await newFlows(4);
    fixture.store.subscribers.add({
      segmentsRegistered: (_rows, { id }) =>
        id === flows[2] ? Promise.reject(new Error('cannot be written')) : Promise.resolve(),
    });
    fixture.manager.resetPerformance();
    const asked = flows.map((id) => [id, segment(0, `of ${id}`)] as const);
    expect(await outcomes(fixture, asked)).toEqual(['ok', 'ok', 'Error: cannot be written', 'ok']);
    expect(counts()).toMatchObject({ '* transaction': 5 });
    const shown = await Promise.all(flows.map((id) => shownOf(fixture, id)));
    expect(shown.map(({ length }) => length)).toEqual([1, 1, 0, 1]);
  });

  it('have events of their own', async () => {
    await fixture.store.transaction((tx) =>
      tx.webhooks.save({ url: 'https://hook.example/', events: ['flows/segments_added'] }),
    );
    const [one = '', two = '', three = ''] = await newFlows(3);
    const asked = [
      [one, segment(0, 'a')],
      [two, segment(0, 'b', { get_urls: [] })],
      [three, segment(0, 'c')],
      [one, segment(1, 'd')],
    ] as const;
    expect(await outcomes(fixture, asked)).toEqual(['ok', '0 unknown_object', 'ok', 'ok']);
    const { rows } = await fixture.manager.select({ table: EVENTS, columns: ['scope', 'payload'] });
    const told = rows.map(([scope, payload]) => [fromJson(scope).flowId, /elsewhere.example.(.)/.exec(payload)?.[1]]);
    expect(told.sort((a, b) => String(a[1]).localeCompare(String(b[1])))).toEqual([
      [one, 'a'],
      [three, 'c'],
      [one, 'd'],
    ]);
  });

  it('have the rights of their own view', async () => {
    const news = await newFlow(fixture, { tags: { auth_classes: 'news' } });
    const sport = await newFlow(fixture, { tags: { auth_classes: 'sport' } });
    const limited = (name: string): Fixture => {
      const rights = { read: [name], write: [name], delete: [name] };
      const store = fixture.store.limitedTo({ rights, right: 'write' });
      return { ...fixture, store, registration: new SegmentRegistration(store, new Set(), TEST_LIMITS) };
    };
    const asked = [news, sport].map((id) => [id, segment(0, `of ${id}`)] as const);
    const [ofNews, ofSport, ofAll] = await Promise.all([
      outcomes(limited('news'), asked),
      outcomes(
        limited('sport'),
        asked.map(([id]) => [id, segment(5, `sport of ${id}`)] as const),
      ),
      outcomes(
        fixture,
        asked.map(([id]) => [id, segment(9, `all of ${id}`)] as const),
      ),
    ]);
    expect(ofNews).toEqual(['ok', 'not_found']);
    expect(ofSport).toEqual(['not_found', 'ok']);
    expect(ofAll).toEqual(['ok', 'ok']);
  });

  it('do not use what was allocated for the flow of another one', async () => {
    const tags = { auth_classes: 'news' };
    const [owner, without, withUrls] = await Promise.all([1, 2, 3].map(() => newFlow(fixture, { tags })));
    const rights = { read: ['news'], write: ['news'], delete: ['news'] };
    const limited = fixture.store.limitedTo({ rights, right: 'write' });
    const views = { ...fixture, registration: new SegmentRegistration(limited, new Set(), TEST_LIMITS) };
    const ids = ['one', 'two'];
    await fixture.store.transaction(async (tx) => {
      const { life: firstLife = '' } = (await tx.flows.state(owner ?? '')) ?? {};
      const locations = packLocations([{ storageId: randomUUID(), storagePath: 'somewhere' }]);
      const made = { firstFlow: owner ?? '', firstLife, locations, externalUrls: [], referenced: false };
      await tx.objects.insert(ids.map((id) => ({ id, ...made })));
    });
    const asked = [
      [owner ?? '', segment(0, 'its own')],
      [without ?? '', segment(0, 'one', { get_urls: [] })],
      [withUrls ?? '', segment(0, 'two')],
    ] as const;
    expect(await outcomes(views, asked)).toEqual(['ok', '0 unknown_object', '0 unknown_object']);
    const own = [owner ?? '', ...ids.map((id, index) => segment(1 + index, id, { get_urls: [] }))] as const;
    expect(await outcomes(views, [own])).toEqual(['ok']);
  });

  it('are several transactions where they have many segments', async () => {
    const flows = await newFlows(3);
    const asked = flows.map((id) => {
      const segments = Array.from({ length: 100 }, (_, second) => segment(second, `of ${id}`));
      return [id, ...segments] as const;
    });
    fixture.manager.resetPerformance();
    expect(await outcomes(fixture, asked)).toEqual(['ok', 'ok', 'ok']);
    expect(counts()).toMatchObject({ '* transaction': 2 });
    for (const id of flows) expect(await shownOf(fixture, id)).toHaveLength(100);
  });

  it('have the answers that they have one after the other', async () => {
    const ids = await newFlows(4);
    const other = await openFixture();
    for (const id of ids) await newFlow(other, {}, id);
    const random = randomNumbers(7);
    try {
      for (let round = 0; round < 20; round++) {
        const asked = Array.from({ length: 12 }, () => {
          const segments = Array.from({ length: 1 + random(3) }, () => {
            const init = random(6) === 0 ? { init_object_id: `o${random(20)}` } : {};
            const urls = random(4) === 0 ? { get_urls: [] } : {};
            return segment(random(60), `o${random(20)}`, { ...init, ...urls, ts_offset: `${random(3)}:0` });
          });
          return [ids[random(ids.length)] ?? '', ...segments] as const;
        });
        const fitRanges = round % 2 === 0;
        const together = await outcomes(fixture, asked, fitRanges);
        const oneByOne: string[] = [];
        for (const each of asked) oneByOne.push(...(await outcomes(other, [each], fitRanges)));
        expect(together).toEqual(oneByOne);
      }
      for (const id of ids) expect(await shownOf(fixture, id)).toEqual(await shownOf(other, id));
      const objectsOf = async ({ manager }: Fixture) => {
        const columns = ['id', 'first_flow', 'referenced', 'timerange', 'external_urls'] as const;
        return (await manager.select({ table: OBJECTS, columns, orderBy: [{ column: 'id', direction: 'asc' }] })).rows;
      };
      expect(await objectsOf(fixture)).toEqual(await objectsOf(other));
    } finally {
      await other.close();
    }
  });
});

/** The same numbers for the same seed: each below the limit that is asked for. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % limit;
  };
}
