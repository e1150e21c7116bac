import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../../../../../src/tams/webhooks/event.ts';
import { DeliveryProgress } from '../../../../../src/tams/webhooks/delivery/delivery-progress.ts';
import { DeliveryQueue } from '../../../../../src/tams/webhooks/delivery/delivery-queue.ts';

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
    expect([progress.position, progress.done]).toEqual([10, [[12, 14]]]);
    progress.add(11);
    expect([progress.position, progress.done]).toEqual([14, []]);
    progress.add(3);
    expect([progress.position, progress.has(3), progress.has(15)]).toEqual([14, true, false]);
  });

  it('begins where it was left, and skips what is gone', () => {
    const progress = new DeliveryProgress({
      position: 10,
      done: [
        [12, 12],
        [20, 20],
        [31, 31],
      ],
    });
    expect([progress.has(12), progress.has(11)]).toEqual([true, false]);
    progress.skipTo(19);
    expect([progress.position, progress.done]).toEqual([20, [[31, 31]]]);
    expect(new DeliveryProgress({ position: 1, done: [[2, 3]] }).position).toBe(3);
  });

  it('is as small as what is not done, and finds it again, however far apart that lies', () => {
    const progress = new DeliveryProgress({ position: 0, done: [] });
    for (let position = 2; position <= 5000; position += 1) if (position !== 3000) progress.add(position);
    const ranges = [
      [2, 2999],
      [3001, 5000],
    ] as const;
    expect([progress.position, progress.done]).toEqual([0, ranges]);
    const again = new DeliveryProgress({ position: 0, done: ranges });
    expect([again.next(0), again.next(1), again.next(3000), again.next(6000)]).toEqual([1, 3000, 5001, 6001]);
    expect([again.has(2999), again.has(3000), again.has(5000), again.has(5001)]).toEqual([true, false, true, false]);
    again.add(1);
    expect([again.position, again.done]).toEqual([2999, [[3001, 5000]]]);
    again.skipTo(4000);
    expect([again.position, again.done]).toEqual([5000, []]);
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

describe('a DeliveryQueue that forgets', () => {
  it('has room again, and knows still which flows wait for another attempt', () => {
    const queue = new DeliveryQueue();
    const [failed, other] = [eventOf('a', 1), eventOf('b', 2)];
    queue.add(failed);
    queue.add(other);
    queue.take(0);
    queue.postpone(failed, () => 5_000);
    queue.forget();
    expect([queue.take(0), queue.nextRetryAt()]).toEqual([undefined, Infinity]);
    queue.add(failed);
    queue.add(other);
    expect(queue.take(0)).toBe(other);
    expect(queue.take(0)).toBeUndefined();
    const later = performance.now() + 6_000;
    expect(queue.take(later)).toBe(failed);
    expect(queue.postpone(failed, (attempts) => attempts)).toBe(2);
  });

  it('prefers what has not failed while it is not known whether anything is taken', () => {
    const queue = new DeliveryQueue();
    const [failed, other] = [eventOf('a', 1), eventOf('b', 2)];
    queue.add(failed);
    queue.take(0);
    queue.postpone(failed, () => 0);
    queue.add(other);
    expect(queue.take(performance.now(), { freshFirst: true })).toBe(other);
    expect(queue.take(performance.now(), { freshFirst: true })).toBe(failed);
  });
});

describe('a DeliveryQueue', () => {
  it('is full of many events, of long ones, or of flows whose events fail', () => {
    const full = (count: number, event: (n: number) => LoggedEvent, fails = false): boolean => {
      const queue = new DeliveryQueue();
      for (let n = 1; n <= count; n += 1) {
        queue.add(event(n));
        const taken = fails ? queue.take(0) : undefined;
        if (taken !== undefined) queue.postpone(taken, () => 5_000);
      }
      return queue.isFull;
    };
    const ofOne = (n: number): LoggedEvent => eventOf('a', n);
    const long = (n: number): LoggedEvent => ({ ...ofOne(n), payload: 'x'.repeat(100_000) });
    const ofMany = (n: number): LoggedEvent => eventOf(`flow ${n}`, n);
    expect([full(2047, ofOne), full(2048, ofOne)]).toEqual([false, true]);
    expect([full(83, long), full(84, long)]).toEqual([false, true]);
    expect([full(64, ofMany), full(63, ofMany, true), full(64, ofMany, true)]).toEqual([false, false, true]);
  });
});
