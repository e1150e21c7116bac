import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AddressGuard } from '../../src/shared/address-guard.ts';
import { WebhookSender } from '../../src/tams/webhooks/delivery/webhook-sender.ts';
import { createLogger } from '../../src/operation/logger.ts';
import { SecretBox } from '../../src/shared/secret-box.ts';
import { VAST_STORE_TABLES } from '../../src/tams/tables.ts';
import { VastStore } from '../../src/tams/vast-store.ts';
import type { VastDBManager } from '../../src/vastdb/vast-db-manager.ts';
import { LeaseKeeper } from '../../src/tams/leases/lease-keeper.ts';
import { WebhookDelivery } from '../../src/tams/webhooks/delivery/webhook-delivery.ts';
import { dropTables, openTestTables } from '../support/table-engine.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

let folder: string;
let manager: VastDBManager;
let store: VastStore;
let web: WebhookReceiver;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-handover-'));
  manager = await openTestTables(folder, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  web = await WebhookReceiver.start();
});
afterEach(async () => {
  await web.close();
  await manager.close();
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

async function tellOfOne(): Promise<void> {
  await store.transaction(async (tx) => {
    const scope = { flowId: 'flow', sourceId: 'source' };
    await tx.outbox.add({ type: 'flows/updated', scope, time: new Date().toISOString(), payload: '{}' });
    await tx.eventLog.place();
  });
}

it('a registration that could not be handed over since nothing can be written is delivered to again', async () => {
  let full = false;
  // As a disk that is full: what is there can be read, and nothing written.
  const failing = new Proxy<VastStore>(store, {
    get: (target, name) => {
      if (name === 'transaction' && full) return () => Promise.reject(new Error('the disk is full'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const leases = new LeaseKeeper(failing, createLogger('silent'));
  const guard = new AddressGuard({ hosts: [], networks: ['127.0.0.1'] });
  const delivery = new WebhookDelivery(
    failing,
    leases,
    {
      retryMaxMs: 86_400_000,
      keptBytes: 2 ** 20,
      makeSender: () => new WebhookSender(guard, { timeoutMs: 1000, sockets: 4, userAgent: 'test' }),
      body: () => '{}',
    },
    createLogger('silent'),
  );
  const paths = (): string[] => web.taken.map(({ path }) => path).sort();
  try {
    for (const name of ['a', 'b']) {
      await store.transaction((tx) => tx.webhooks.save({ url: `${web.url}/${name}`, events: ['flows/updated'] }));
    }
    delivery.start();
    await tellOfOne();
    await expect.poll(paths).toEqual(['/hook/a', '/hook/b']);
    web.clear();
    // Another process comes, one of the two is to be handed over to it, and that cannot be written.
    const now = Date.now();
    await store.transaction((tx) => tx.leases.acquire(['delivery:another'], 'another', now, now + 3_000));
    await tellOfOne();
    full = true;
    await expect.poll(() => delivery.statuses.some(({ failuresInRow }) => failuresInRow > 0)).toBe(true);
    await expect.poll(() => delivery.statuses[0]?.failuresInRow).toBeGreaterThan(0);
    full = false;
    await tellOfOne();
    const told = async (): Promise<number[]> => {
      const { end } = await store.eventLog.state();
      return (await store.webhooks.registrations()).map(({ position }) => end - position);
    };
    await expect.poll(told).toEqual([0, 0]);
    expect(new Set(paths())).toEqual(new Set(['/hook/a', '/hook/b']));
  } finally {
    await delivery.stop();
    await leases.stop();
  }
});
