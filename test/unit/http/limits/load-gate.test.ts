import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoadGate } from '../../../../src/http/limits/load-gate.ts';

const DELAY_MS = 20;
/** So many are taken in every turn. */
const TAKEN_MIN = 64;

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Requests of one turn. @returns how many were taken. */
function offer(gate: LoadGate, count: number): number {
  let taken = 0;
  for (let each = 0; each < count; each += 1) if (gate.admits(performance.now())) taken += 1;
  return taken;
}

it('takes a request after half the delay while there is no overload, and none while there is, until all is calm', async () => {
  const changes: boolean[] = [];
  const gate = new LoadGate(DELAY_MS, (overloaded) => changes.push(overloaded));
  /** Of `TAKEN_MIN` requests at the start of a turn and one after half the delay. */
  const turn = async (): Promise<number> => {
    const first = offer(gate, TAKEN_MIN);
    work(DELAY_MS / 2 + 1);
    const taken = first + offer(gate, 1);
    await nextTurn();
    return taken;
  };
  expect(await turn()).toBe(TAKEN_MIN + 1);

  const lateUntil = performance.now() + 700;
  while (performance.now() < lateUntil) {
    offer(gate, 1);
    work(DELAY_MS + 1);
    await nextTurn();
  }
  expect(gate.overloaded).toBe(true);
  // Longer than the calm that ends an overload: these turns are short, but each refuses a request.
  const refusingUntil = performance.now() + 2_200;
  while (performance.now() < refusingUntil) expect(await turn()).toBe(TAKEN_MIN);
  expect(changes).toEqual([true]);

  const giveUpAt = performance.now() + 20_000;
  while (gate.overloaded && performance.now() < giveUpAt) {
    offer(gate, 1);
    await sleep(10);
  }
  expect(changes).toEqual([true, false]);
});
