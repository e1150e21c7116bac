import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Registration } from '../../src/tams/webhooks/webhook.ts';
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
  folder = await mkdtemp(join(tmpdir(), 'tams-progress-'));
  manager = await openTestTables(folder, VAST_STORE_TABLES);
  store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
  web = await WebhookReceiver.start();
  await register();
});
afterEach(async () => {
  await web.close();
  await manager.close();
  await dropTables(folder);
  await rm(folder, { recursive: true });
});

const register = () => store.transaction((tx) => tx.webhooks.save({ url: web.url, events: ['flows/updated'] }));

async function registration(): Promise<Registration> {
  const [found] = await store.webhooks.registrations();
  if (found === undefined) throw new Error('there is no registration');
  return found;
}

const tell = () =>
  store.transaction(async (tx) => {
    const scope = { flowId: 'flow', sourceId: 'source' };
    await tx.outbox.add({ type: 'flows/updated', scope, time: new Date().toISOString(), payload: '{}' });
    await tx.eventLog.place();
  });

function newDelivery(): { delivery: WebhookDelivery; leases: LeaseKeeper } {
  const leases = new LeaseKeeper(store, createLogger('silent'));
  const guard = new AddressGuard({ hosts: [], networks: ['127.0.0.1'] });
  const options = {
    retryMaxMs: 86_400_000,
    keptBytes: 2 ** 20,
    makeSender: () => new WebhookSender(guard, { timeoutMs: 1_000, sockets: 4, userAgent: 'test' }),
    body: () => '{}',
  };
  const delivery = new WebhookDelivery(store, leases, options, createLogger('silent'));
  return { delivery, leases };
}

it('is not kept of a registration that was posted again since: that one begins anew', async () => {
  const before = await registration();
  const failure = { type: 'webhook_failing', summary: 'of before', time: new Date().toISOString() } as const;
  await register();
  const keep = (of: Registration) =>
    store.transaction((tx) => tx.webhooks.saveProgress([{ ...of, position: 7, failure }]));
  await keep(before);
  expect(await registration()).toMatchObject({ position: 0 });
  expect(await registration()).not.toHaveProperty('failure');
  await keep(await registration());
  expect(await registration()).toMatchObject({ position: 7, failure });
});

it('is not kept by a process whose lease another one has by now', async () => {
  const { delivery, leases } = newDelivery();
  delivery.start();
  try {
    await tell();
    await expect.poll(async () => (await registration()).position).toBe(1);
    // It does not know yet, and delivers; what it says of that must not count.
    const lease = `webhook:${(await registration()).identity}`;
    await store.transaction(async (tx) => {
      await tx.leases.release([lease], leases.owner);
      await tx.leases.acquire([lease], 'another', Date.now(), Date.now() + 60_000);
    });
    web.clear();
    await tell();
    delivery.wake();
    await expect.poll(() => web.taken.length).toBe(1);
    await sleep(500);
    expect((await registration()).position).toBe(1);
  } finally {
    await delivery.stop();
    await leases.stop();
  }
});

it('that cannot be kept does not stop the server from stopping', async () => {
  const { delivery } = newDelivery();
  const answered = Promise.withResolvers<number>();
  web.answer = () => answered.promise;
  delivery.start();
  await tell();
  await expect.poll(() => web.arrived.length).toBe(1);
  const stopping = delivery.stop();
  await manager.close();
  answered.resolve(204);
  await stopping;
  manager = await openTestTables(folder, VAST_STORE_TABLES);
});
