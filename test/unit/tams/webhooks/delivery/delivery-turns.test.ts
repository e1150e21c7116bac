import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DeliveryTurns } from '../../../../../src/tams/webhooks/delivery/delivery-turns.ts';

it('what is asked for at once begins in order, two in a turn of the event loop', async () => {
  const turns = new DeliveryTurns();
  const begun: number[] = [];
  const ask = (number: number) => void turns.next().then(() => begun.push(number));
  for (let number = 0; number < 7; number += 1) ask(number);
  const counts: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    // Those who come later do not pass those who wait.
    if (turn === 1) ask(7);
    await nextTurn();
    counts.push(begun.length);
  }
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const [first = 0, ...others] = counts;
  expect(first).toBeLessThanOrEqual(4);
  let before = first;
  for (const count of others) {
    expect(count - before).toBeLessThanOrEqual(2);
    before = count;
  }
  // One that comes alone does not wait.
  ask(8);
  await Promise.resolve();
  await Promise.resolve();
  expect(begun).toHaveLength(9);
});

it('receivers that took nothing before begin one at a time, with pauses that others do not wait for', async () => {
  const turns = new DeliveryTurns();
  const begun: (number | string)[] = [];
  const ask = (number: number) => void turns.next({ unproven: true }).then(() => begun.push(number));
  for (let number = 0; number < 8; number += 1) ask(number);
  // No timer runs before the next turn, however slow the machine is.
  await Promise.resolve();
  await Promise.resolve();
  expect(begun).toEqual([0]);
  void turns.next().then(() => begun.push('proven'));
  await Promise.resolve();
  await Promise.resolve();
  expect(begun).toEqual([0, 'proven']);
  await expect.poll(() => begun.length, { interval: 1 }).toBeGreaterThan(3);
  expect(begun.slice(2)).toEqual(Array.from({ length: begun.length - 2 }, (_, index) => index + 1));
  // Those that stop do not wait for the pauses.
  for (let number = 8; number < 1_000; number += 1) ask(number);
  turns.hurry();
  for (let turn = 0; turn < 500; turn += 1) await nextTurn();
  expect(begun).toEqual([0, 'proven', ...Array.from({ length: 999 }, (_, index) => index + 1)]);
});
