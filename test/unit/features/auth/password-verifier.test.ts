import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FailureLimit, Gate } from '../../../../src/features/auth/password-verifier.ts';

describe('Gate', () => {
  it('runs a few at a time, lets some wait in order, and refuses the rest', async () => {
    const gate = new Gate({ maxRunning: 2, maxWaiting: 2 });
    const ends: PromiseWithResolvers<number>[] = [];
    const begin = () => {
      const end = Promise.withResolvers<number>();
      const started = { is: false };
      const result = gate.run(() => {
        started.is = true;
        return end.promise;
      });
      ends.push(end);
      return { started, result };
    };
    const [a, b, c, d] = [begin(), begin(), begin(), begin()];
    await expect(gate.run(async () => 5)).rejects.toMatchObject({ code: 'too_many_attempts' });
    expect([a, b, c, d].map(({ started }) => started.is)).toEqual([true, true, false, false]);
    ends[0]?.resolve(1);
    expect(await a.result).toBe(1);
    await pause(0);
    expect([c, d].map(({ started }) => started.is)).toEqual([true, false]);
    ends[1]?.reject(new Error('failed'));
    await expect(b.result).rejects.toThrow('failed');
    ends[2]?.resolve(3);
    ends[3]?.resolve(4);
    expect(await Promise.all([c.result, d.result])).toEqual([3, 4]);
    expect(await gate.run(async () => 6)).toBe(6);
  });
});

describe('FailureLimit', () => {
  it('makes a key wait after its failures until the window ends, and no other key', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const limit = new FailureLimit({ max: 2, windowMs: 50 });
    limit.add('a');
    expect(limit.waitS('a')).toBe(0);
    limit.add('a');
    expect(limit.waitS('a')).toBe(1);
    expect(limit.waitS('b')).toBe(0);
    vi.advanceTimersByTime(60);
    expect(limit.waitS('a')).toBe(0);
    limit.add('a');
    limit.add('a');
    limit.forget('a');
    expect(limit.waitS('a')).toBe(0);
  });

  it('is bounded', () => {
    const limit = new FailureLimit({ max: 1, windowMs: 60_000 });
    for (let n = 0; n < 20_000; n++) limit.add(String(n));
    expect(limit.waitS('0')).toBe(0);
    expect(limit.waitS('19999')).toBeGreaterThan(0);
  });
});
