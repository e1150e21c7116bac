import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lane } from '../../../../../src/vastdb/engine.ts';
import { WriteLock } from '../../../../../src/vastdb/engines/sqlite/write-lock.ts';

/** Lets those who wait ask in this order, while the lock is held, and returns the order of their turns. */
async function turns(
  holder: Lane,
  waiters: readonly (readonly [Lane, string])[],
  { heldMs = 0 }: { heldMs?: number } = {},
): Promise<string[]> {
  const lock = new WriteLock();
  await lock.acquire(holder);
  const order: string[] = [];
  const ended = waiters.map(([lane, name]) => lock.hold(() => void order.push(name), lane));
  vi.advanceTimersByTime(heldMs);
  lock.release();
  await Promise.all(ended);
  return order;
}

const waiters = (lane: Lane, count: number): [Lane, string][] =>
  Array.from({ length: count }, (_, index) => [lane, `${lane} ${index}`]);

describe('the write lock', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('lets one in at a time, in their order, and goes on after one that throws', async () => {
    const lock = new WriteLock();
    const order: string[] = [];
    const first = lock.hold(async () => {
      await sleep(5);
      order.push('first');
      throw new Error('failed');
    });
    const second = lock.hold(() => void order.push('second'));
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('lets what requests wait for in before what waits in the background', async () => {
    const order = await turns('interactive', [...waiters('background', 2), ...waiters('interactive', 2)]);
    expect(order).toEqual(['interactive 0', 'interactive 1', 'background 0', 'background 1']);
  });

  it('passes the background over a bounded number of times', async () => {
    const order = await turns('interactive', [...waiters('background', 1), ...waiters('interactive', 100)]);
    expect(order).toHaveLength(101);
    const position = order.indexOf('background 0');
    expect(position).toBeGreaterThan(0);
    expect(position).toBeLessThan(20);
  });

  it('lets the background in first when it has waited long', async () => {
    const order = await turns('interactive', [...waiters('background', 1), ...waiters('interactive', 2)], {
      heldMs: 70,
    });
    expect(order).toEqual(['background 0', 'interactive 0', 'interactive 1']);
  });

  it('lets requests in between any two turns of the background, however long those have waited', async () => {
    const order = await turns('background', [...waiters('background', 3), ...waiters('interactive', 3)], {
      heldMs: 70,
    });
    expect(order).toEqual([
      'interactive 0',
      'background 0',
      'interactive 1',
      'background 1',
      'interactive 2',
      'background 2',
    ]);
  });
});
