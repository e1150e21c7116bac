import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from '../../../mgmt/outgest/download.ts';

async function* upTo(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number;
}

test('yields in order, and runs and keeps no more than it may', async () => {
  let [running, most] = [0, 0];
  const results: number[] = [];
  const work = async (number: number): Promise<number> => {
    most = Math.max(most, ++running);
    await sleep((number * 7) % 5);
    return number;
  };
  for await (const result of inOrder(upTo(40), 4, work)) {
    running--;
    results.push(result);
  }
  expect(results).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(most).toBe(4);
});

test('a failure comes in its turn, and what runs has ended by then', async () => {
  let running = 0;
  const work = async (number: number): Promise<number> => {
    running++;
    await sleep(number === 2 ? 1 : 20);
    running--;
    if (number === 2) throw new Error('the third');
    return number;
  };
  const results: number[] = [];
  const read = async (): Promise<void> => {
    for await (const result of inOrder(upTo(10), 4, work)) results.push(result);
  };
  await expect(read()).rejects.toThrow('the third');
  expect(results).toEqual([0, 1]);
  expect(running).toBe(0);
});
