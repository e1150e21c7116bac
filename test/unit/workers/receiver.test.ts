import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../src/domain/event.ts';
import { ReceiverGuard } from '../../../src/events/receiver-guard.ts';
import { WebhookSender } from '../../../src/events/webhook-sender.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { LogPages } from '../../../src/workers/webhooks/log-pages.ts';
import { Receiver } from '../../../src/workers/webhooks/receiver.ts';
import { WebhookReceiver } from '../../support/webhook-receiver.ts';

const FLOWS = 8;
let web: WebhookReceiver;
let readMs: number;
let ours: boolean;
let asked: number;
let pages: LogPages;
let receiver: Receiver;
beforeEach(async () => {
  [readMs, ours, asked] = [0, true, 0];
  web = await WebhookReceiver.start();
  pages = new LogPages({
    read: async (after: number, upTo: number) => {
      await sleep(readMs);
      return Array.from({ length: upTo - after }, (_, index) => eventOf(after + 1 + index));
    },
    state: () => Promise.reject(new Error('not asked for here')),
    hasUnplaced: () => Promise.resolve(false),
    oldestMs: () => Promise.resolve(undefined),
  });
  const guard = new ReceiverGuard({ hosts: [], networks: ['127.0.0.1'] });
  receiver = new Receiver(registration('first'), {
    pages,
    sender: new WebhookSender(guard, { timeoutMs: 3000, sockets: 16, userAgent: 'test' }),
    retryMaxMs: 86_400_000,
    logger: createLogger('silent'),
    isOurs: () => {
      asked += 1;
      return ours;
    },
    body: ({ position }) => JSON.stringify({ event: { position } }),
    onResult: () => undefined,
    onProgress: () => undefined,
  });
});
afterEach(async () => {
  await receiver.stop({ atOnce: true });
  await web.close();
});

const eventOf = (position: number): LoggedEvent => ({
  position,
  id: String(position),
  type: 'flows/updated',
  time: new Date().toISOString(),
  payload: '{}',
  scope: { flowId: `flow ${position % FLOWS}`, sourceId: 'source' },
});

const registration = (revision: string) => ({
  identity: 'registration',
  revision,
  position: 0,
  done: [],
  webhook: { url: web.url, events: ['flows/updated' as const] },
  apiKeyHeader: () => undefined,
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
    await expect.poll(() => hanging.length, { timeout: 5000 }).toBe(FLOWS);
    await sleep(50);
    for (const fail of hanging) fail();
    await sleep(600);
    expect(receiver.progress()).toMatchObject({ position: 64, done: [] });
    web.answer = () => 204;
    readMs = 0;
    receiver.update(registration('second'));
    await expect.poll(taken, { timeout: 5000 }).toEqual(upTo(192));
    expect(receiver.progress()).toMatchObject({ position: 192, done: [] });
  });

  it('goes on with the others however many there are, when the first of a flow is refused', async () => {
    const end = 4000;
    const refused = (position: number): boolean => position % FLOWS === 1 && position > 2000;
    web.answer = (received) => (refused(positionOf(received)) ? 422 : 204);
    tell(end);
    const others = upTo(end).filter((position) => !refused(position));
    await expect.poll(() => web.taken.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(others.length);
    expect(taken()).toEqual(others);
    expect(receiver.progress().position).toBe(2000);
    expect(receiver.progress()).not.toHaveProperty('failure');
    const { length } = JSON.stringify(receiver.progress().done);
    expect(length).toBeLessThan(5000);
  }, 30_000);

  it('rests while another process delivers', async () => {
    web.answer = () => 500;
    tell(1);
    await expect.poll(() => web.arrived.length).toBe(1);
    ours = false;
    await sleep(1100);
    asked = 0;
    await sleep(300);
    expect(asked).toBe(0);
    ours = true;
    web.answer = () => 204;
    receiver.wake();
    await expect.poll(taken, { timeout: 3000 }).toEqual([1]);
  });
});
