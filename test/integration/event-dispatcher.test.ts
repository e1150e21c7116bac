import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/operation/logger.ts';
import { toJson } from '../../src/shared/json-text.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { EVENTS } from '../../src/tams/webhooks/webhook-tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { LeaseKeeper } from '../../src/tams/leases/lease-keeper.ts';
import { EventDispatcher } from '../../src/tams/webhooks/delivery/event-dispatcher.ts';
import { dropTables, openTestTables } from '../support/table-engine.ts';
import { later } from './behaviour/support/clock.ts';

const RETRY_MAX_S = 600;

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let leases: LeaseKeeper;
let dispatcher: EventDispatcher;
let awaited: boolean;
let batches: number;
let log: string[];
beforeEach(async () => {
  [awaited, batches, log] = [false, 0, []];
  folder = await mkdtemp(join(tmpdir(), 'tams-dispatcher-'));
  manager = await openTestTables(folder, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'), () => {
    dispatcher.wake();
  });
  const logger = createLogger('warn', { write: (line) => log.push(line) });
  leases = new LeaseKeeper(store, logger);
  const options = { retryMaxMs: RETRY_MAX_S * 1000, onPlaced: () => (batches += 1), isAwaited: () => awaited };
  dispatcher = new EventDispatcher(store, leases, options, logger);
  // Where nobody is registered, events are of no use and removed.
  await store.transaction((tx) => tx.webhooks.save({ url: 'https://hook.example/', events: ['flows/updated'] }));
});
afterEach(async () => {
  await dispatcher.stop();
  await leases.stop();
  await manager.close();
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

const tell = (text: string) =>
  store.transaction((tx) =>
    tx.outbox.add({ type: 'flows/updated', scope: { flowId: 'flow', sourceId: 'source' }, time: 'now', payload: text }),
  );

const placed = async (): Promise<string[]> => {
  const { end } = await store.eventLog.state();
  return (await store.eventLog.read(0, end)).map(({ payload }) => payload);
};

it('gives places seldom while nobody waits for them, at once when somebody does, and always in order', async () => {
  dispatcher.start();
  const told: string[] = [];
  const from = performance.now();
  while (performance.now() < from + 1_500 || told.length < 5) {
    told.push(`event ${told.length}`);
    await tell(told.at(-1) ?? '');
    await sleep(20);
  }
  expect(batches).toBeLessThanOrEqual(Math.ceil((performance.now() - from) / 500) + 1);
  awaited = true;
  batches = 0;
  await expect.poll(placed, { interval: 10 }).toHaveLength(told.length);
  const waits: number[] = [];
  for (const flow of ['a', 'b', 'c', 'd', 'e']) {
    await tell(flow);
    const began = performance.now();
    await expect.poll(placed, { interval: 10 }).toContain(flow);
    waits.push(performance.now() - began);
  }
  expect(batches).toBeGreaterThanOrEqual(5);
  // While nobody waits for them, it would be many seconds each time.
  expect(Math.min(...waits)).toBeLessThan(500);
  expect((await placed()).slice(0, told.length)).toEqual(told);
  const positions = (await store.eventLog.read(0, 1_000)).map(({ position }) => position);
  expect(positions).toEqual(positions.map((_, index) => index + 1));
});

it('places an event behind one of a process whose clock is ahead', async () => {
  const anHourAhead = BigInt(Date.now() + 3_600_000) * 1_000_000n;
  const columns = ['id', 'order_ns', 'subject', 'type', 'time', 'created_ms', 'scope', 'payload'] as const;
  const scope = toJson({ flowId: 'flow', sourceId: 'source' });
  await manager.transaction((tx) =>
    tx.insertArrays(EVENTS, columns, [
      ['its-id', anHourAhead, 'flow', 'flows/updated', 'now', BigInt(Date.now()), scope, 'before'],
    ]),
  );
  await tell('after');
  awaited = true;
  dispatcher.start();
  await expect.poll(placed, { interval: 10 }).toEqual(['before', 'after']);
  await tell('last');
  await expect.poll(placed, { interval: 10 }).toEqual(['before', 'after', 'last']);
});

it('leaves it to the process that has the lease, until that one is gone', async () => {
  const now = Date.now();
  const takeUntil = (endsAt: number) =>
    store.transaction((tx) => tx.leases.acquire(['event-dispatcher'], 'another', now, endsAt));
  await takeUntil(now + 600_000);
  await tell('a flow');
  awaited = true;
  dispatcher.start();
  await sleep(700);
  expect(await placed()).toEqual([]);
  await takeUntil(now);
  await expect.poll(placed).toEqual(['a flow']);
});

it('does not fail where another process took its lease over', async () => {
  const isTold = (): boolean => log.some((line) => line.includes('took this lease over'));
  awaited = true;
  dispatcher.start();
  // A machine that is this slow has let the lease end, which is noticed without a write: then again.
  for (let turn = 0; !isTold(); turn += 1) {
    await tell(`before ${turn}`);
    await expect.poll(placed).toContain(`before ${turn}`);
    const expired = Date.now() + 11_000;
    await store.transaction((tx) => tx.leases.acquire(['event-dispatcher'], 'another', expired, expired + 600_000));
    await tell(`meanwhile ${turn}`);
    await expect.poll(() => leases.holds('event-dispatcher')).toBe(false);
    expect(await placed()).not.toContain(`meanwhile ${turn}`);
    await store.transaction((tx) => tx.leases.release(['event-dispatcher'], 'another'));
  }
  expect(log.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 40, lease: 'event-dispatcher' }]);
  expect(dispatcher.status).toMatchObject({ failuresInRow: 0, lastFailure: undefined });
});

it('keeps events for registrations that fail until they are old, and for others until they are told', async () => {
  awaited = true;
  const failure = { type: 'webhook_failing', summary: 'x', time: new Date().toISOString() } as const;
  const [registration] = await store.webhooks.registrations();
  if (registration === undefined) throw new Error('there is no registration');
  const setProgress = (position: number, failing: boolean) =>
    store.transaction((tx) =>
      tx.webhooks.saveProgress([{ ...registration, position, done: [], ...(failing && { failure }) }]),
    );
  for (const text of ['a', 'b', 'c']) await tell(text);
  dispatcher.start();
  await expect.poll(placed).toEqual(['a', 'b', 'c']);
  // The first is done, and the others are what it fails at.
  await setProgress(1, true);
  await expect.poll(placed).toEqual(['b', 'c']);
  later(RETRY_MAX_S + 1);
  await expect.poll(placed).toEqual([]);
  // One that works keeps them however old they are.
  await setProgress(3, false);
  await tell('d');
  await expect.poll(placed).toEqual(['d']);
  later(RETRY_MAX_S + 1);
  await sleep(1_500);
  expect(await placed()).toEqual(['d']);
});
