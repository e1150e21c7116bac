import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Readiness } from '../../../src/operation/readiness.ts';

const well = { name: 'well', check: () => Promise.resolve() };

describe('Readiness', () => {
  it('names what fails, and why', async () => {
    const broken = { name: 'broken', check: () => Promise.reject(new Error('it is gone')) };
    const report = await new Readiness([well, broken]).check();
    expect(report).toEqual({ ready: false, failures: { well: undefined, broken: 'it is gone' } });
  });

  it('asks once for all who ask within the time that results are kept', async () => {
    let asked = 0;
    const counting = {
      name: 'counting',
      check: () => {
        asked++;
        return Promise.resolve();
      },
    };
    const readiness = new Readiness([counting], { cacheMs: 60_000 });
    await Promise.all(Array.from({ length: 50 }, () => readiness.check()));
    await readiness.check();
    expect(asked).toBe(1);
    const forgetful = new Readiness([counting], { cacheMs: 1 });
    await forgetful.check();
    await sleep(5);
    await forgetful.check();
    expect(asked).toBe(3);
  });

  it('does not wait for a probe that hangs, nor begins it again, and is well when it is', async () => {
    let begun = 0;
    let end: () => void = () => undefined;
    const hanging = {
      name: 'hanging',
      check: () => {
        begun++;
        return begun > 1 ? Promise.resolve() : new Promise<void>((resolve) => (end = resolve));
      },
    };
    const readiness = new Readiness([hanging], { cacheMs: 0, timeoutMs: 50 });
    expect((await readiness.check()).failures).toEqual({ hanging: 'it did not answer within 50 ms' });
    expect((await readiness.check()).ready).toBe(false);
    expect(begun).toBe(1);
    end();
    await sleep(0);
    expect((await readiness.check()).ready).toBe(true);
  });

  it('tells of each change once', async () => {
    let failure: Error | undefined;
    const changing = {
      name: 'changing',
      check: () => (failure === undefined ? Promise.resolve() : Promise.reject(failure)),
    };
    const told: unknown[] = [];
    const readiness = new Readiness([changing], { cacheMs: 0, onChange: (...change) => told.push(change) });
    for (const next of [undefined, new Error('a'), new Error('b'), undefined, undefined]) {
      failure = next;
      await readiness.check();
    }
    expect(told).toEqual([
      ['changing', 'a'],
      ['changing', undefined],
    ]);
  });

  it('is over at once when the server stops', async () => {
    const readiness = new Readiness([well]);
    expect((await readiness.check()).ready).toBe(true);
    readiness.stop();
    expect(await readiness.check()).toEqual({ ready: false, failures: { well: undefined, server: 'it is stopping' } });
  });
});
