import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/shared/backoff.ts';

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
