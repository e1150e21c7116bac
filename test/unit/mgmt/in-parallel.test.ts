import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inParallel } from '../../../mgmt/in-parallel.ts';

it('does so many at a time, and gives the results in order', async () => {
  let [running, most] = [0, 0];
  const work = async (item: number, index: number): Promise<string> => {
    most = Math.max(most, ++running);
    await sleep(10 - item);
    running -= 1;
    return `${index}: ${item}`;
  };
  expect(await inParallel([5, 9, 1, 7, 3], 2, work)).toEqual(['0: 5', '1: 9', '2: 1', '3: 7', '4: 3']);
  expect(most).toBe(2);
  expect(await inParallel([], 2, work)).toEqual([]);
});

it('begins nothing after a failure, and ends when what runs has ended', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await sleep(item);
    ended.push(item);
    if (item < 20) throw new Error(`item ${item}`);
  };
  await expect(inParallel([20, 1, 2, 3], 3, work)).rejects.toThrow('item 1');
  expect(begun).toEqual([20, 1, 2]);
  expect(ended.sort()).toEqual([1, 2, 20]);
});
