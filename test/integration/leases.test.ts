import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/operation/logger.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import { startsWith } from '../../src/vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { LeaseKeeper, LeaseLost } from '../../src/tams/leases/lease-keeper.ts';
import { dropTables, openTestTables } from '../support/table-engine.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { Api } from './behaviour/support/api.ts';
import { REACH_RECEIVERS, WebhookReceiver } from '../support/webhook-receiver.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-leases-'));
});
afterEach(async () => {
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

describe('leases of two processes on one folder', () => {
  let managers: VastDBManager[];
  let stores: VastStore[];
  let keepers: LeaseKeeper[];
  beforeEach(async () => {
    managers = [];
    for (let n = 0; n < 2; n += 1) managers.push(await openTestTables(folder, VAST_STORE_TABLES));
    stores = managers.map((manager) => new VastStore(manager, new SecretBox('of no use here', 'webhooks')));
    keepers = stores.map((store) => new LeaseKeeper(store, createLogger('warn')));
  });
  afterEach(() => Promise.all(managers.map((manager) => manager.close())));

  const [mine, yours] = [() => keepers[0] as LeaseKeeper, () => keepers[1] as LeaseKeeper];
  const storeOf = (n: number): VastStore => stores[n] as VastStore;

  /** As a process does whose clock is that far ahead. */
  const takeLater = (name: string, aheadMs: number) => {
    const now = Date.now() + aheadMs;
    return storeOf(1).transaction((tx) => tx.leases.acquire([name], yours().owner, now, now + 10_000));
  };

  it('are had by one, and by the other once they are handed back', async () => {
    expect(await mine().acquire(['a', 'b'])).toEqual([true, true]);
    expect(await yours().acquire(['a', 'c'])).toEqual([false, true]);
    expect([mine().holds('a'), yours().holds('a')]).toEqual([true, false]);
    await mine().release(['a']);
    expect(await yours().acquire(['a'])).toEqual([true]);
    expect(await mine().acquire(['a', 'b'])).toEqual([false, true]);
    expect([mine().heldCount, yours().heldCount]).toEqual([1, 2]);
    await yours().stop();
    expect(await mine().acquire(['a', 'c'])).toEqual([true, true]);
  });

  it('have one winner each when both reach for them at once', async () => {
    for (let round = 0; round < 30; round += 1) {
      const names = [0, 1, 2].map((n) => `${round} ${n}`);
      const won = await Promise.all([mine().acquire(names), yours().acquire(names.toReversed())]);
      expect(won.flat().filter(Boolean)).toHaveLength(names.length);
    }
  });

  it('cost a transaction when they are taken, and one for all of them every three seconds', async () => {
    const began = performance.now();
    const [manager] = managers;
    manager?.resetPerformance();
    mine().start();
    for (let n = 0; n < 10; n += 1) {
      await mine().acquire([`lease ${n}`]);
      await sleep(20);
    }
    await mine().stop();
    const operations = manager
      ?.performanceSummary()
      .tables.flatMap((each) => (each.table === '*' ? each.operations : []));
    const transactions = operations?.find(({ operation }) => operation === 'transaction')?.count;
    // The last one hands them back.
    expect(transactions).toBeLessThanOrEqual(11 + Math.floor((performance.now() - began) / 3_000));
  });

  it('are taken over when they expired, and not before', async () => {
    await mine().acquire(['a']);
    expect(await takeLater('a', 9_000)).toEqual(new Set());
    expect(await takeLater('a', 11_000)).toEqual(new Set(['a']));
  });

  it('undo what is done under one that was taken over', async () => {
    await mine().acquire(['a']);
    await takeLater('a', 11_000);
    const step = storeOf(0).transaction(async (tx) => {
      await tx.serviceInfo.save({ name: 'written under a lost lease' });
      await mine().mustHold(tx, 'a');
    });
    await expect(step).rejects.toThrow(LeaseLost);
    expect(await storeOf(1).serviceInfo.get()).toEqual({});
    expect(await storeOf(0).transaction((tx) => mine().fence(tx, ['a', 'never had']))).toEqual(new Set());
  });

  it('end work that goes on in another process, which is no failure', async () => {
    const steps: string[] = [];
    const work = mine().during('a', async () => {
      steps.push('began');
      await takeLater('a', 11_000);
      await storeOf(0).transaction((tx) => mine().mustHold(tx, 'a'));
      steps.push('went on');
    });
    expect(await work).toBe(false);
    expect(steps).toEqual(['began']);
    await expect(mine().during('b', () => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
    expect([mine().heldCount, yours().holds('a')]).toEqual([0, false]);
    expect(await storeOf(1).leases.held('a', Date.now())).toEqual(new Set(['a']));
  });

  it('last as long as they are renewed, and are known to be lost when they are', async () => {
    mine().start();
    await mine().acquire(['a', 'b']);
    await takeLater('b', 11_000);
    await expect.poll(() => [mine().holds('a'), mine().holds('b')]).toEqual([true, false]);
    const heldThen = async (): Promise<string[]> => [...(await storeOf(1).leases.held('', Date.now() + 9_000))];
    await expect.poll(heldThen).toContain('a');
    await mine().stop();
    expect(await storeOf(1).leases.held('a', Date.now())).toEqual(new Set());
  });
});

describe('two servers on one folder', () => {
  let servers: TestServer[];
  let receiver: WebhookReceiver;
  let tables: VastDBManager;
  beforeEach(async () => {
    servers = [];
    for (let n = 0; n < 2; n += 1) {
      servers.push(await startTestServer({ dataDir: folder, env: { ...REACH_RECEIVERS, DELETE_SYNC_MAX: '0' } }));
    }
    receiver = await WebhookReceiver.start();
    tables = await openTestTables(folder, VAST_STORE_TABLES);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await tables.close();
    await receiver.close();
  });

  const apiOf = (n: number): Api => new Api(servers[n]?.baseUrl ?? '');

  /** How many registrations each process delivers to, most first. */
  async function shares(): Promise<number[]> {
    const { rows } = await tables.select({
      table: 'leases',
      columns: ['owner'],
      where: startsWith('name', 'webhook:'),
    });
    const byOwner = Map.groupBy(rows, ([owner]) => owner);
    return [...byOwner.values()].map(({ length }) => length).sort((a, b) => b - a);
  }

  it('share the deliveries, once each, and one takes over when the other stops', async () => {
    for (let n = 0; n < 10; n += 1) {
      await apiOf(0).must('POST', '/service/webhooks', { url: `${receiver.url}/${n}`, events: ['flows/created'] });
    }
    await expect.poll(shares).toEqual([5, 5]);
    await apiOf(0).newFlow();
    await apiOf(1).newFlow();
    await receiver.events(20);
    const paths = receiver.taken.map(({ path, body }) => `${path} ${body.event_id}`);
    expect(new Set(paths).size).toBe(20);
    await servers[0]?.close();
    await expect.poll(shares).toEqual([10]);
    receiver.clear();
    await apiOf(1).newFlow();
    await receiver.events(10);
  });

  it('work on a deletion request one at a time', async () => {
    const events = ['flows/segments_deleted'];
    await apiOf(0).must('POST', '/service/webhooks', { url: receiver.url, events });
    const flow = await apiOf(0).newFlow();
    await apiOf(0).fill(flow, 3000);
    const { id } = await apiOf(1).must<{ id: string }>('DELETE', `/flows/${flow}/segments`);
    await apiOf(0).deletionDone(id);
    const steps = await receiver.events(6);
    expect(steps.map(({ event }) => event.timerange)).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => `[${n * 500}:0_${(n + 1) * 500}:0)`),
    );
  });
});
