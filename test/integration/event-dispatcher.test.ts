import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/operation/logger.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { LeaseKeeper } from '../../src/tams/leases/lease-keeper.ts';
import { EventDispatcher } from '../../src/tams/webhooks/delivery/event-dispatcher.ts';
import { dropTables, openTestTables } from '../support/table-engine.ts';

const RETRY_MAX_MS = 3_000;

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let leases: LeaseKeeper;
let dispatcher: EventDispatcher;
let awaited: boolean;
let batches: number;
beforeEach(async () => {
  [awaited, batches] = [false, 0];
  folder = await mkdtemp(join(tmpdir(), 'tams-dispatcher-'));
  manager = await openTestTables(folder, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'), () => {
    dispatcher.wake();
  });
  leases = new LeaseKeeper(store, createLogger('silent'));
  const options = { retryMaxMs: RETRY_MAX_MS, onPlaced: () => (batches += 1), isAwaited: () => awaited };
  dispatcher = new EventDispatcher(store, leases, options, createLogger('silent'));
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
  while (performance.now() < from + 1_500) {
    told.push(`event ${told.length}`);
    await tell(told.at(-1) ?? '');
    await sleep(20);
  }
  expect(told.length).toBeGreaterThan(4);
  expect(batches).toBeLessThanOrEqual(Math.ceil((performance.now() - from) / 500) + 1);
  awaited = true;
  batches = 0;
  await expect.poll(placed, { timeout: 400, interval: 10 }).toHaveLength(told.length);
  for (const flow of ['a', 'b', 'c']) {
    await tell(flow);
    await expect.poll(placed, { timeout: 400, interval: 10 }).toContain(flow);
  }
  expect(batches).toBeGreaterThanOrEqual(3);
  expect((await placed()).slice(0, told.length)).toEqual(told);
  const positions = (await store.eventLog.read(0, 1_000)).map(({ position }) => position);
  expect(positions).toEqual(positions.map((_, index) => index + 1));
});

it('leaves it to the process that has the lease, until that one is gone', async () => {
  const now = Date.now();
  await store.transaction((tx) => tx.leases.acquire(['event-dispatcher'], 'another', now, now + 1_500));
  await tell('a flow');
  awaited = true;
  dispatcher.start();
  await sleep(700);
  expect(await placed()).toEqual([]);
  await expect.poll(placed, { timeout: 5_000 }).toEqual(['a flow']);
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
  const told = Date.now();
  for (const text of ['a', 'b', 'c']) await tell(text);
  dispatcher.start();
  await expect.poll(placed, { timeout: 3_000 }).toEqual(['a', 'b', 'c']);
  // The first is done, and the others are what it fails at.
  await setProgress(1, true);
  await expect.poll(placed, { timeout: 5_000 }).toEqual(['b', 'c']);
  expect(Date.now() - told).toBeLessThan(RETRY_MAX_MS);
  await expect.poll(placed, { timeout: 10_000 }).toEqual([]);
  expect(Date.now() - told).toBeGreaterThanOrEqual(RETRY_MAX_MS);
  // One that works keeps them however old they are.
  await setProgress(3, false);
  await tell('d');
  await sleep(RETRY_MAX_MS + 1_500);
  expect(await placed()).toEqual(['d']);
});
