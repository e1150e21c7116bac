import { describe, expect, it } from 'vitest';
import { backoffMs, retry, type RetryOptions } from '../../../src/shared/retry.ts';

const quick: RetryOptions = { attempts: 4, baseMs: 1, maxMs: 4, isRetryable: () => true };

/** Work that fails a number of times before it succeeds, and says how often it was tried. */
function failing(times: number): { work: () => Promise<string>; tried: () => number } {
  let tried = 0;
  return {
    work: async () => {
      tried += 1;
      if (tried <= times) throw new Error(`failure ${tried}`);
      return 'done';
    },
    tried: () => tried,
  };
}

describe('retry', () => {
  it('does work that succeeds once', async () => {
    const { work, tried } = failing(0);
    expect(await retry(work, quick)).toBe('done');
    expect(tried()).toBe(1);
  });

  it('tries until it succeeds', async () => {
    const { work, tried } = failing(3);
    expect(await retry(work, quick)).toBe('done');
    expect(tried()).toBe(4);
  });

  it('rejects with the last error when the attempts are used up', async () => {
    const { work, tried } = failing(9);
    await expect(retry(work, quick)).rejects.toThrow('failure 4');
    expect(tried()).toBe(4);
  });

  it('rejects at once with an error that is not retryable', async () => {
    const { work, tried } = failing(9);
    const isRetryable = (error: unknown): boolean => (error as Error).message === 'failure 1';
    await expect(retry(work, { ...quick, isRetryable })).rejects.toThrow('failure 2');
    expect(tried()).toBe(2);
  });

  it('treats work that throws before it returns a promise as work that rejects', async () => {
    let tried = 0;
    const work = (): Promise<string> => {
      tried += 1;
      if (tried === 1) throw new Error('thrown');
      return Promise.resolve('done');
    };
    expect(await retry(work, quick)).toBe('done');
  });

  it('waits twice as long each time, up to the longest wait', async () => {
    const starts: number[] = [];
    const work = async (): Promise<never> => {
      starts.push(performance.now());
      throw new Error('failure');
    };
    await expect(retry(work, { ...quick, attempts: 8, baseMs: 20, maxMs: 50, jitter: 0 })).rejects.toThrow();
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    // Timers may fire late on a busy machine, and a little early by rounding.
    for (const [index, least] of [20, 40, 50, 50, 50, 50, 50].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least - 2);
    }
    // Without the upper limit these would take 320, 640 and 1,280 ms.
    expect(Math.min(...waits.slice(4))).toBeLessThan(300);
  });

  it('stops waiting when the signal is aborted, with its reason', async () => {
    const { work, tried } = failing(9);
    const controller = new AbortController();
    const options = { ...quick, baseMs: 60_000, maxMs: 60_000, jitter: 0, signal: controller.signal };
    setTimeout(() => controller.abort(new Error('closing')), 20);
    await expect(retry(work, options)).rejects.toThrow('closing');
    expect(tried()).toBe(1);
  });

  it('does not begin when the signal is aborted already', async () => {
    const { work, tried } = failing(0);
    await expect(retry(work, { ...quick, signal: AbortSignal.abort(new Error('closed')) })).rejects.toThrow('closed');
    expect(tried()).toBe(0);
  });
});

describe('backoffMs', () => {
  it('doubles up to its longest, and shortens a wait at random by no more than the share it is given', () => {
    const options = { baseMs: 1000, maxMs: 300_000, jitter: 0.5 };
    for (const [failures, longest] of [
      [1, 1000],
      [2, 2000],
      [5, 16_000],
      [10, 300_000],
      [10_000, 300_000],
    ] as const) {
      expect(backoffMs(failures, options, 0)).toBe(longest);
      expect(backoffMs(failures, options, 0.5)).toBe(longest * 0.75);
      expect(backoffMs(failures, options, 1)).toBe(longest / 2);
    }
  });

  it('spreads waits between nothing and the longest unless told otherwise', () => {
    expect(backoffMs(1, { baseMs: 50, maxMs: 50 }, 1)).toBe(0);
    const waits = Array.from({ length: 100 }, () => backoffMs(1, { baseMs: 1e9, maxMs: 1e9 }));
    expect(new Set(waits).size).toBeGreaterThan(90);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1e9);
  });
});
