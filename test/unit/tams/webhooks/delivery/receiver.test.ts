import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../../../src/tams/webhooks/event.ts';
import type { Registration } from '../../../../../src/tams/webhooks/webhook.ts';
import { AddressGuard } from '../../../../../src/shared/address-guard.ts';
import { WebhookSender } from '../../../../../src/tams/webhooks/delivery/webhook-sender.ts';
import { createLogger } from '../../../../../src/operation/logger.ts';
import { LogPages } from '../../../../../src/tams/webhooks/delivery/log-pages.ts';
import { Receiver } from '../../../../../src/tams/webhooks/delivery/receiver.ts';
import { DeliveryTurns } from '../../../../../src/tams/webhooks/delivery/delivery-turns.ts';
import { WebhookReceiver } from '../../../../support/webhook-receiver.ts';

const FLOWS = 8;
let web: WebhookReceiver;
let readMs: number;
let failingReads: number;
let eventTime: () => Date;
let ours: boolean;
let asked: number;
let failures: number;
let pages: LogPages;
let receiver: Receiver;
beforeEach(async () => {
  [readMs, failingReads, ours, asked, failures] = [0, 0, true, 0, 0];
  eventTime = () => new Date();
  web = await WebhookReceiver.start();
  const log = {
    read: async (after: number, upTo: number) => {
      await sleep(readMs);
      if (failingReads > 0) {
        failingReads -= 1;
        throw new Error('the tables cannot be read');
      }
      return Array.from({ length: upTo - after }, (_, index) => eventOf(after + 1 + index));
    },
  };
  pages = new LogPages(log, 2 ** 20);
  receiver = newReceiver(registration('first'));
});
afterEach(async () => {
  await receiver.stop({ atOnce: true });
  await web.close();
});

const RETRY_MAX_MS = 86_400_000;

function newReceiver(of: Registration): Receiver {
  const guard = new AddressGuard({ hosts: [], networks: ['127.0.0.1'] });
  return new Receiver(of, {
    pages,
    turns: new DeliveryTurns(),
    sender: new WebhookSender(guard, { timeoutMs: 60_000, sockets: 16, userAgent: 'test' }),
    retryMaxMs: RETRY_MAX_MS,
    logger: createLogger('silent'),
    isOurs: () => {
      asked += 1;
      return ours;
    },
    body: ({ position }) => JSON.stringify({ event: { position } }),
    onResult: (isDone) => (failures += Number(!isDone)),
    onProgress: () => undefined,
  });
}

const eventOf = (position: number): LoggedEvent => ({
  position,
  id: String(position),
  type: 'flows/updated',
  time: eventTime().toISOString(),
  payload: '{}',
  scope: { flowId: `flow ${position % FLOWS}`, sourceId: 'source' },
});

const registration = (revision: string): Registration => ({
  identity: 'registration',
  revision,
  position: 0,
  done: [],
  webhook: { url: web.url, events: ['flows/updated'] },
  apiKeyHeader: () => undefined,
  owner: undefined,
  classes: undefined,
});

const positionOf = ({ body }: { body: { event: Record<string, unknown> } }): number => body.event['position'] as number;
const taken = (): number[] => [...new Set(web.taken.map(positionOf))].sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function tell(end: number): void {
  pages.advance(0, end);
  receiver.wake();
}

describe('a Receiver', () => {
  it('loses nothing when deliveries fail at once while a page is being read', async () => {
    tell(64);
    await expect.poll(taken).toEqual(upTo(64));
    const hanging: (() => void)[] = [];
    web.answer = () => new Promise((resolve) => hanging.push(() => resolve(503)));
    readMs = 300;
    tell(192);
    // One page is read, an event of each flow under way, and the next page being read.
    await expect.poll(() => hanging.length).toBe(FLOWS);
    await sleep(50);
    for (const fail of hanging) fail();
    await sleep(600);
    await expect.poll(() => receiver.progress()).toMatchObject({ position: 64, done: [] });
    web.answer = () => 204;
    readMs = 0;
    receiver.update(registration('second'));
    await expect.poll(taken).toEqual(upTo(192));
    await expect.poll(() => receiver.progress()).toMatchObject({ position: 192, done: [] });
  });

  it('goes on with the others however many there are, when the first of a flow is refused', async () => {
    const end = 4000;
    const refused = (position: number): boolean => position % FLOWS === 1 && position > 2000;
    web.answer = (received) => (refused(positionOf(received)) ? 422 : 204);
    tell(end);
    const others = upTo(end).filter((position) => !refused(position));
    await expect.poll(() => web.taken.length).toBeGreaterThanOrEqual(others.length);
    expect(taken()).toEqual(others);
    expect(receiver.progress().position).toBe(2000);
    expect(receiver.progress()).not.toHaveProperty('failure');
    const { length } = JSON.stringify(receiver.progress().done);
    expect(length).toBeLessThan(5000);
  });

  it('rests while another process delivers', async () => {
    web.answer = () => 500;
    tell(1);
    await expect.poll(() => web.arrived.length).toBe(1);
    ours = false;
    // Longer than the pause after the failure.
    await sleep(1_100);
    const askedMeanwhile = async (): Promise<number> => {
      asked = 0;
      await sleep(300);
      return asked;
    };
    await expect.poll(askedMeanwhile).toBe(0);
    ours = true;
    web.answer = () => 204;
    receiver.wake();
    await expect.poll(taken).toEqual([1]);
  });

  it('reads the log again after a moment when that failed', async () => {
    failingReads = 1;
    tell(3);
    await expect.poll(taken).toEqual([1, 2, 3]);
  });

  it('goes on behind what is no longer in the log', async () => {
    pages.advance(64, 70);
    receiver.wake();
    await expect.poll(taken).toEqual([65, 66, 67, 68, 69, 70]);
    await expect.poll(() => receiver.progress()).toMatchObject({ position: 70, done: [] });
  });

  it('is not idle while it delivers, pauses or is not ours, and is once there is nothing left', async () => {
    const [held] = [Promise.withResolvers<number>()];
    web.answer = () => held.promise;
    tell(1);
    await expect.poll(() => web.arrived.length).toBe(1);
    expect(receiver.isIdle).toBe(false);
    held.resolve(503);
    await sleep(200);
    expect(receiver.isIdle).toBe(false);
    web.answer = () => 204;
    receiver.update(registration('second'));
    await expect.poll(() => receiver.isIdle).toBe(true);
    ours = false;
    expect(receiver.isIdle).toBe(false);
  });

  it('that was disabled and started again is told of nothing that waited or happened meanwhile', async () => {
    web.answer = () => 503;
    tell(FLOWS);
    await expect.poll(() => web.arrived.length).toBeGreaterThan(0);
    web.answer = () => 204;
    receiver.update({ ...registration('second'), position: 100 });
    tell(102);
    await expect.poll(taken).toEqual([101, 102]);
    await expect.poll(() => receiver.progress()).toMatchObject({ position: 102, done: [] });
    expect(web.taken).toHaveLength(2);
  });

  it('that was posted again meanwhile is not told what it does not ask for any more', async () => {
    const held = Promise.withResolvers<number>();
    web.answer = () => held.promise;
    tell(20);
    await expect.poll(() => web.arrived.length).toBe(1);
    receiver.update({ ...registration('second'), webhook: { url: web.url, events: ['flows/deleted'] } });
    held.resolve(204);
    await expect.poll(() => receiver.progress().position).toBe(20);
    expect(taken()).toEqual([1]);
  });

  it('that has failed for too long is not told of what is old by then', async () => {
    const troubledSinceMs = Date.now() - 2 * RETRY_MAX_MS;
    const time = new Date(troubledSinceMs).toISOString();
    const failure = { type: 'webhook_failing', summary: 'of before', time } as const;
    await receiver.stop();
    receiver = newReceiver({ ...registration('first'), troubledSinceMs, failure });
    eventTime = () => new Date(troubledSinceMs);
    tell(64);
    await expect.poll(() => receiver.progress().position).toBe(64);
    eventTime = () => new Date();
    tell(70);
    await expect.poll(() => receiver.progress().position).toBe(70);
    expect(taken()).toEqual([65, 66, 67, 68, 69, 70]);
    expect(receiver.progress()).not.toHaveProperty('failure');
  });

  it('gives up what is old, and counts as failing, when nothing could be delivered for too long', async () => {
    const troubledSinceMs = Date.now() - 2 * RETRY_MAX_MS;
    await receiver.stop();
    receiver = newReceiver({ ...registration('first'), troubledSinceMs });
    eventTime = () => new Date(troubledSinceMs);
    web.answer = () => 500;
    tell(1);
    await expect.poll(() => receiver.progress().position).toBe(1);
    expect(receiver.progress()).toMatchObject({ failure: { type: 'webhook_failing' }, troubledSinceMs });
    expect(web.arrived).toHaveLength(1);
  });

  it('begins with a single delivery again after a failure', async () => {
    tell(64);
    await expect.poll(taken).toEqual(upTo(64));
    const held = Promise.withResolvers<number>();
    web.answer = () => held.promise;
    tell(128);
    await expect.poll(() => web.arrived.length).toBe(64 + FLOWS);
    web.answer = () => 'hang';
    held.resolve(503);
    await expect.poll(() => failures).toBe(FLOWS);
    // Posted again it need not wait for the end of its pause, which is more than a minute after so many failures.
    receiver.update(registration('second'));
    await expect.poll(() => web.arrived.length).toBeGreaterThan(64 + FLOWS);
    await sleep(100);
    expect(web.arrived.length).toBe(64 + FLOWS + 1);
  });
});
