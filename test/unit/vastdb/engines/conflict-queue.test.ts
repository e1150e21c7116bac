import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictQueue } from '../../../../src/vastdb/engines/conflict-queue.ts';

describe('the queue of those that conflicted', () => {
  it('lets one at a time have a key, whatever keys the others want, and never stands still', async () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(keys, { minLength: 1, maxLength: 20 }), async (wanted) => {
        const queue = new ConflictQueue();
        const held = new Set<string>();
        const order: number[] = [];
        await Promise.all(
          wanted.map(async (own, index) => {
            const leave = await queue.enter(own);
            for (const key of own) {
              expect(held.has(key)).toBe(false);
              held.add(key);
            }
            order.push(index);
            await sleep(index % 2);
            for (const key of own) held.delete(key);
            leave();
          }),
        );
        expect(order).toHaveLength(wanted.length);
        for (const key of ['a', 'b', 'c', 'd']) {
          const turns = order.filter((index) => wanted[index]?.some((own) => own === key));
          expect(turns).toEqual(turns.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps nobody waiting who wants nothing', async () => {
    const queue = new ConflictQueue();
    await queue.enter(['a']);
    const leave = await queue.enter([]);
    leave();
  });
});
