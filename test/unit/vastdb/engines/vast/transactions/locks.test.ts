import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCK_BUCKETS, lockBucket } from '../../../../../../src/vastdb/engines/lock-keys.ts';
import { SlotPool } from '../../../../../../src/vastdb/engines/vast/transactions/slot-pool.ts';

describe('the row of a lock key', () => {
  it('never changes: replicas of two versions may run together', () => {
    expect(['', 'a', 'flow:3f0c', 'object:😀'].map(lockBucket)).toEqual([7385, 15200, 3376, 6783]);
  });

  it('spreads similar keys evenly', () => {
    const counts = new Array<number>(LOCK_BUCKETS).fill(0);
    const perBucket = 20;
    for (let i = 0; i < LOCK_BUCKETS * perBucket; i += 1) {
      const bucket = lockBucket(`object:00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`);
      counts[bucket] = (counts[bucket] ?? NaN) + 1;
    }
    expect(counts).toHaveLength(LOCK_BUCKETS);
    expect(Math.max(...counts)).toBeLessThan(3 * perBucket);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });
});

describe('the slots of a process', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function pool() {
    let next = 0n;
    let calls = 0;
    const slots = new SlotPool(async (count) => {
      calls += 1;
      return Array.from({ length: count }, () => next++);
    });
    return { slots, calls: () => calls };
  }

  it('are made when all are taken, once for all who wait, and each is held by one', async () => {
    const { slots, calls } = pool();
    const taken = await Promise.all(Array.from({ length: 8 }, () => slots.take()));
    expect(calls()).toBe(1);
    expect(new Set(taken.map(({ rowId }) => rowId)).size).toBe(8);
    const ninth = await slots.take();
    expect(calls()).toBe(2);
    slots.giveBack(ninth);
    expect(await slots.take()).toBe(ninth);
    expect(slots.rowIds).toHaveLength(16);
  });

  it('are not used again after a long rest, when others may have removed them, nor when they are retired', async () => {
    const { slots, calls } = pool();
    const slot = await slots.take();
    slots.giveBack(slot);
    vi.setSystemTime(Date.now() + 25 * 3_600_000);
    const other = await slots.take();
    expect(other.rowId).toBeGreaterThan(7n);
    expect(calls()).toBe(2);
    expect(slots.rowIds).toHaveLength(8);
    slots.retire(other);
    expect(slots.rowIds).not.toContain(other.rowId);
  });

  it('are in use by what is committed in them, not by being taken', async () => {
    const { slots } = pool();
    const [written, taken] = [await slots.take(), await slots.take()];
    vi.setSystemTime(Date.now() + 20 * 3_600_000);
    slots.wasWritten(written);
    slots.giveBack(written);
    slots.giveBack(taken);
    vi.setSystemTime(Date.now() + 20 * 3_600_000);
    expect(await slots.take()).toBe(written);
    expect(slots.rowIds).not.toContain(taken.rowId);
  });

  it('are all made anew when their table was', async () => {
    const { slots } = pool();
    const old = await slots.take();
    slots.forgetAll();
    slots.giveBack(old);
    expect((await slots.take()).rowId).toBeGreaterThan(7n);
    expect(slots.rowIds).toHaveLength(8);
  });

  it('can be taken after making them has failed once', async () => {
    let fails = true;
    const slots = new SlotPool(async () => {
      if (fails) throw new Error('not now');
      return [1n];
    });
    await expect(slots.take()).rejects.toThrow('not now');
    fails = false;
    expect((await slots.take()).rowId).toBe(1n);
  });
});
