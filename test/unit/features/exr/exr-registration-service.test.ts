import { describe, expect, it } from 'vitest';
import { FrameClock } from '../../../../src/features/exr/services/exr-registration-service.ts';

describe('the times of frames', () => {
  it.each([
    [{ numerator: 24 }, 1],
    [{ numerator: 24_000, denominator: 1001 }, 1],
    [{ numerator: 30_000, denominator: 1001 }, 2],
    [{ numerator: 7, denominator: 3 }, 5],
  ])('follow each other without gap or overlap at %j and step %d', (rate, step) => {
    const clock = new FrameClock({ first: -10, step }, rate, 123n);
    expect(clock.startOf(-10)).toBe(123n);
    for (let frame = -10; frame < 2_000; frame += step) {
      const range = clock.rangeOf({ start: frame, end: frame });
      expect(range.startNs).toBe(clock.startOf(frame));
      expect(range.endNs).toBe(clock.startOf(frame + step));
    }
  });

  it('do not drift: an hour of NTSC is an hour', () => {
    const clock = new FrameClock({ first: 1001, step: 1 }, { numerator: 24_000, denominator: 1001 }, 0n);
    expect(clock.startOf(1001 + 24_000 * 3_600)).toBe(1_001n * 3_600n * 1_000_000_000n);
  });

  it('refuse to be later than can be kept', () => {
    const clock = new FrameClock({ first: 0, step: 1 }, { numerator: 1 }, 0n);
    expect(() => clock.rangeOf({ start: 1e15, end: 1e15 })).toThrow(/beyond the times/);
  });
});
