import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { LoopTurns } from '../../../src/shared/loop-turns.ts';

/** A clock that only the work of these tests moves: what they find depends on no machine. */
function turnsWithClock(): { turns: LoopTurns; clock: { ms: number } } {
  const clock = { ms: 0 };
  return { turns: new LoopTurns(() => clock.ms), clock };
}

/** A job of parts of so many milliseconds. */
async function job(turns: LoopTurns, parts: number, part: () => void): Promise<void> {
  for (let n = 0; n < parts; n++) {
    await turns.next({ isFirst: n === 0 });
    part();
  }
}

it('other work has the event loop for two thirds of the time, however many long jobs there are', async () => {
  const { turns, clock } = turnsWithClock();
  let others = 0;
  let isWorking = true;
  const work = (): void => {
    clock.ms += 1;
    others++;
    if (isWorking) setImmediate(work);
  };
  setImmediate(work);
  onTestFinished(() => void (isWorking = false));
  const between: number[] = [];
  const part = (): void => {
    clock.ms += 3;
    between.push(others);
    others = 0;
  };
  await Promise.all(Array.from({ length: 10 }, () => job(turns, 4, part)));
  expect(between).toHaveLength(40);
  for (const count of between.slice(1)) expect(count).toBeGreaterThanOrEqual(6);
  // They come to it nevertheless.
  for (const count of between.slice(1)) expect(count).toBeLessThanOrEqual(8);
});

it('a long job does not wait while there is no other work', async () => {
  const { turns, clock } = turnsWithClock();
  let iterations = 0;
  let isDone = false;
  const count = (): void => {
    iterations++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await job(turns, 50, () => (clock.ms += 10));
  isDone = true;
  expect(clock.ms).toBe(500);
  expect(iterations).toBeLessThanOrEqual(52);
});

it('a turn has one part, and a job that has begun comes to its end before the next begins', async () => {
  const { turns } = turnsWithClock();
  const parts: string[] = [];
  const jobs = ['a', 'b', 'c'].map((name) => job(turns, 3, () => parts.push(name)));
  let before = 0;
  while (parts.length < 9) {
    await nextIteration();
    expect(parts.length - before).toBeLessThanOrEqual(1);
    before = parts.length;
  }
  await Promise.all(jobs);
  expect(parts.join('')).toBe('aaabbbccc');
});

it('a job begins although there is always one that has begun', async () => {
  const { turns } = turnsWithClock();
  let parts = 0;
  let isOver = false;
  const endless = async (): Promise<void> => {
    while (!isOver && parts < 1_000) {
      await turns.next();
      parts++;
    }
  };
  const others = [endless(), endless()];
  await turns.next({ isFirst: true });
  isOver = true;
  expect(parts).toBeLessThan(100);
  await Promise.all(others);
});
