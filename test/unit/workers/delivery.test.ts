import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../src/domain/event.ts';
import { backoffMs } from '../../../src/workers/webhooks/backoff.ts';
import { DeliveryProgress } from '../../../src/workers/webhooks/delivery-progress.ts';
import { DeliveryQueue } from '../../../src/workers/webhooks/delivery-queue.ts';

const eventOf = (flowId: string, position: number): LoggedEvent => ({
  id: `${flowId} ${position}`,
  position,
  type: 'flows/updated',
  time: new Date(0).toISOString(),
  scope: { flowId, sourceId: 'source' },
  payload: '{}',
});

describe('DeliveryProgress', () => {
  it('goes on over what was done out of order, and remembers what is beyond a gap', () => {
    const progress = new DeliveryProgress({ position: 10, done: [] });
    for (const position of [12, 14, 13]) progress.add(position);
    expect([progress.position, progress.done]).toEqual([10, [12, 13, 14]]);
    progress.add(11);
    expect([progress.position, progress.done]).toEqual([14, []]);
    progress.add(3);
    expect([progress.position, progress.has(3), progress.has(15)]).toEqual([14, true, false]);
  });

  it('begins where it was left, and skips what is gone', () => {
    const progress = new DeliveryProgress({ position: 10, done: [12, 20, 31] });
    expect([progress.has(12), progress.has(11)]).toEqual([true, false]);
    progress.skipTo(19);
    expect([progress.position, progress.done]).toEqual([20, [31]]);
    expect(new DeliveryProgress({ position: 1, done: [2, 3] }).position).toBe(3);
  });
});

describe('DeliveryQueue', () => {
  it('gives one event of a flow at a time, in order, and those of others beside it', () => {
    const queue = new DeliveryQueue();
    const [first, second, other] = [eventOf('a', 1), eventOf('a', 2), eventOf('b', 3)];
    for (const event of [first, second, other]) queue.add(event);
    expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual([first, other, undefined]);
    queue.finish(first);
    expect([queue.take(0), queue.take(0)]).toEqual([second, undefined]);
    queue.finish(second);
    queue.add(eventOf('a', 4));
    expect(queue.take(0)?.position).toBe(4);
  });

  it('lets a flow wait whose event failed, with what comes after it', () => {
    const queue = new DeliveryQueue();
    const failed = eventOf('a', 1);
    for (const event of [failed, eventOf('a', 2)]) queue.add(event);
    queue.take(0);
    expect(queue.nextRetryAt()).toBe(Infinity);
    expect(queue.postpone(failed, () => 5_000)).toBe(1);
    const now = performance.now();
    expect(queue.take(now)).toBeUndefined();
    expect(queue.nextRetryAt()).toBeGreaterThan(now + 4_000);
    expect(queue.take(now + 6_000)).toBe(failed);
    expect(queue.postpone(failed, (attempts) => attempts)).toBe(2);
    queue.hurry();
    expect(queue.take(now)).toBe(failed);
    queue.finish(failed);
    expect(queue.take(now)?.position).toBe(2);
  });
});

describe('backoffMs', () => {
  it('doubles up to its longest, and is never shorter than the half', () => {
    const options = { baseMs: 1000, maxMs: 300_000 };
    for (const [failures, longest] of [
      [1, 1000],
      [2, 2000],
      [5, 16_000],
      [10, 300_000],
      [10_000, 300_000],
    ] as const) {
      const waits = Array.from({ length: 100 }, () => backoffMs(failures, options));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(longest / 2);
      expect(Math.max(...waits)).toBeLessThanOrEqual(longest);
      expect(new Set(waits).size).toBeGreaterThan(90);
    }
  });
});
