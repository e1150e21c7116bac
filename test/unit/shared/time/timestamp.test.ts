import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/shared/errors.ts';
import {
  formatTimestamp,
  INT64_MAX,
  INT64_MIN,
  isInt64,
  parseTimestamp,
  quote,
} from '../../../../src/shared/time/timestamp.ts';
import { cpuMsOf } from '../../../support/cpu-time.ts';

const int64 = fc.bigInt({ min: INT64_MIN, max: INT64_MAX });

describe('parseTimestamp', () => {
  it.each<[string, bigint]>([
    ['0:0', 0n],
    ['-0:0', 0n],
    ['0:5', 5n],
    ['-0:5', -5n],
    ['5:0', 5_000_000_000n],
    ['1:40000000', 1_040_000_000n],
    ['0:999999999', 999_999_999n],
    ['-1:1', -1_000_000_001n],
    // Beyond 2^53 ns, where a float would round.
    ['1694429247:40000001', 1_694_429_247_040_000_001n],
    ['9223372036:854775807', INT64_MAX],
    ['-9223372036:854775808', INT64_MIN],
  ])('reads %s', (text, ns) => {
    expect(parseTimestamp(text)).toBe(ns);
  });

  it.each(
    [
      '',
      ':',
      '5',
      '5:',
      ':5',
      '05:0',
      '5:01',
      '5:00',
      '5:1000000000',
      '+5:0',
      '--5:0',
      '5:-1',
      '5.5:0',
      '1e3:0',
    ].concat([' 5:0', '5:0 ', '5:0\n', '5:0_6:0', '[5:0]', '٥:0', '5：0', '0x5:0', '5:0\0']),
  )('refuses %j as malformed', (text) => {
    expect(() => parseTimestamp(text)).toThrow(/malformed/);
  });

  it.each(['9223372036:854775808', '-9223372036:854775809', '9999999999:0', '10000000000:0'])(
    'refuses %s and names the limits',
    (text) => {
      expect(() => parseTimestamp(text)).toThrow(
        `Timestamp "${text}" is out of range: times go from -9223372036:854775808 to 9223372036:854775807.`,
      );
    },
  );

  it('refuses with invalid_timerange', () => {
    const errors = ['x', '9999999999:0'].map((text) => thrownBy(() => parseTimestamp(text)));
    expect(errors.map((error) => (error instanceof AppError ? error.code : error))).toEqual([
      'invalid_timerange',
      'invalid_timerange',
    ]);
  });

  it('refuses millions of digits without converting them, in a short message', () => {
    let error: unknown;
    const refuse = (): void => void (error = thrownBy(() => parseTimestamp(`${'9'.repeat(5_000_000)}:0`)));
    expect(cpuMsOf(refuse)).toBeLessThan(2000);
    expect((error as Error).message.length).toBeLessThan(250);
  });
});

describe('formatTimestamp', () => {
  it.each<[bigint, string]>([
    [0n, '0:0'],
    [5n, '0:5'],
    [-5n, '-0:5'],
    [-1_000_000_000n, '-1:0'],
    [INT64_MIN, '-9223372036:854775808'],
    [INT64_MAX, '9223372036:854775807'],
  ])('prints %s ns', (ns, text) => {
    expect(formatTimestamp(ns)).toBe(text);
  });

  it('prints what parses back to the same time, and matches the published pattern', () => {
    const published = /^-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8})$/;
    fc.assert(
      fc.property(int64, (ns) => {
        const text = formatTimestamp(ns);
        expect(text).toMatch(published);
        expect(parseTimestamp(text)).toBe(ns);
      }),
    );
  });

  it('repeats every canonical text', () => {
    const canonical = fc
      .record({
        sign: fc.constantFrom('', '-'),
        seconds: fc.integer({ min: 0, max: 9_223_372_035 }),
        nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
      })
      .filter(({ sign, seconds, nanoseconds }) => sign === '' || seconds + nanoseconds > 0)
      .map(({ sign, seconds, nanoseconds }) => `${sign}${seconds}:${nanoseconds}`);
    fc.assert(
      fc.property(canonical, (text) => {
        expect(formatTimestamp(parseTimestamp(text))).toBe(text);
      }),
    );
  });
});

describe('isInt64', () => {
  it('holds exactly between the limits', () => {
    expect([INT64_MIN - 1n, INT64_MIN, 0n, INT64_MAX, INT64_MAX + 1n].map(isInt64)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('quote', () => {
  it('keeps a message on one line and short', () => {
    expect(quote('a\nb')).toBe('"a\\nb"');
    expect(quote('x'.repeat(1000))).toBe(`"${'x'.repeat(80)}..."`);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
