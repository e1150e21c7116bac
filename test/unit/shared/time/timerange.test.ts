import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/shared/errors.ts';
import { TimeRange } from '../../../../src/shared/time/timerange.ts';
import { formatTimestamp, INT64_MAX, INT64_MIN } from '../../../../src/shared/time/timestamp.ts';
import { cpuMsOf } from '../../../support/cpu-time.ts';

const PUBLISHED_PATTERN =
  /^(\[|\()?(-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8}))?(_(-?(0|[1-9][0-9]*):(0|[1-9][0-9]{0,8}))?)?(\]|\))?$/;
const S = 1_000_000_000n;

describe('TimeRange.parse', () => {
  it.each<[string, bigint | null, bigint | null, string]>([
    // Both bounds
    ['[0:0_10:0)', 0n, 10n * S, '[0:0_10:0)'],
    ['[0:0_10:0]', 0n, 10n * S + 1n, '[0:0_10:0]'],
    ['(0:0_10:0)', 1n, 10n * S, '(0:0_10:0)'],
    ['(0:0_10:0]', 1n, 10n * S + 1n, '(0:0_10:0]'],
    // A missing marker beside a timestamp is inclusive
    ['0:0_10:0', 0n, 10n * S + 1n, '[0:0_10:0]'],
    ['0:0_10:0)', 0n, 10n * S, '[0:0_10:0)'],
    ['(0:0_10:0', 1n, 10n * S + 1n, '(0:0_10:0]'],
    // Instants
    ['5:0', 5n * S, 5n * S + 1n, '[5:0]'],
    ['[5:0]', 5n * S, 5n * S + 1n, '[5:0]'],
    ['[5:0', 5n * S, 5n * S + 1n, '[5:0]'],
    ['5:0]', 5n * S, 5n * S + 1n, '[5:0]'],
    ['[5:0_5:0]', 5n * S, 5n * S + 1n, '[5:0]'],
    ['-0:5', -5n, -4n, '[-0:5]'],
    // One nanosecond that is not written as an instant stays as it was written
    ['[5:0_5:1)', 5n * S, 5n * S + 1n, '[5:0_5:1)'],
    ['(4:999999999_5:0]', 5n * S, 5n * S + 1n, '(4:999999999_5:0]'],
    // Open ends; markers beside them are ignored
    ['[5:0_', 5n * S, null, '[5:0_'],
    ['(5:0_', 5n * S + 1n, null, '(5:0_'],
    ['5:0_', 5n * S, null, '[5:0_'],
    ['[5:0_)', 5n * S, null, '[5:0_'],
    ['[5:0_]', 5n * S, null, '[5:0_'],
    ['_5:0)', null, 5n * S, '_5:0)'],
    ['_5:0]', null, 5n * S + 1n, '_5:0]'],
    ['_5:0', null, 5n * S + 1n, '_5:0]'],
    ['(_5:0)', null, 5n * S, '_5:0)'],
    ['[_5:0)', null, 5n * S, '_5:0)'],
    // Everything
    ['_', null, null, '_'],
    ['(_)', null, null, '_'],
    ['[_]', null, null, '_'],
    ['[_', null, null, '_'],
    ['_)', null, null, '_'],
    // Negative times, and around zero
    ['[-10:0_-5:0)', -10n * S, -5n * S, '[-10:0_-5:0)'],
    ['(-0:1_0:0]', 0n, 1n, '(-0:1_0:0]'],
    // The limits of int64
    [
      '[-9223372036:854775808_9223372036:854775807)',
      INT64_MIN,
      INT64_MAX,
      '[-9223372036:854775808_9223372036:854775807)',
    ],
    ['[9223372036:854775806]', INT64_MAX - 1n, INT64_MAX, '[9223372036:854775806]'],
  ])('reads %s', (text, startNs, endNs, printed) => {
    const range = TimeRange.parse(text);
    expect([range.startNs, range.endNs, range.toString()]).toEqual([startNs, endNs, printed]);
    expect(range.isEmpty).toBe(false);
  });

  it.each(['()', '[5:0_5:0)', '(5:0_5:0]', '(5:0_5:0)', '5:0_5:0)', '(5:0_5:1)'])('reads %s as empty', (text) => {
    expect(TimeRange.parse(text)).toBe(TimeRange.EMPTY);
  });

  it.each([
    ['[5:0)', 'instant with an exclusive marker'],
    ['(5:0)', 'instant with an exclusive marker'],
    ['(5:0]', 'instant with an exclusive marker'],
    ['(5:0', 'instant with an exclusive marker'],
    ['5:0)', 'instant with an exclusive marker'],
    ['[10:0_5:0)', 'ends before it starts'],
    ['[0:1_0:0]', 'ends before it starts'],
    ['', 'has no bounds'],
    ['[', 'has no bounds'],
    ['(', 'has no bounds'],
    [']', 'has no bounds'],
    [')', 'has no bounds'],
    ['[]', 'has no bounds'],
    ['[)', 'has no bounds'],
    ['(]', 'has no bounds'],
    ['[0:0_9223372036:854775807]', 'reaches too far'],
    ['[9223372036:854775807]', 'reaches too far'],
    ['(9223372036:854775807_', 'reaches too far'],
    ['[0:0_9223372036:854775808)', 'out of range'],
    ['[-9223372036:854775809_0:0)', 'out of range'],
    ['[0:0_99999999999999999999:0)', 'out of range'],
    ['[0:0_10:0}', 'malformed'],
    ['[0:0-10:0)', 'malformed'],
    ['[0:0__10:0)', 'malformed'],
    ['[[0:0_10:0)', 'malformed'],
    ['[00:0_10:0)', 'malformed'],
    ['[0:0_10:1000000000)', 'malformed'],
    ['[0:0_10:0)\n', 'malformed'],
    [' _', 'malformed'],
    ["_' OR 1=1 --", 'malformed'],
  ])('refuses %j: %s', (text, problem) => {
    const parse = (): TimeRange => TimeRange.parse(text);
    expect(parse).toThrow(AppError);
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid_timerange' }));
    expect(parse).toThrow(problem);
  });

  it('reads whatever the published pattern allows within the limits, or says that it holds no time', () => {
    const stamp = fc.constantFrom('', '0:0', '0:1', '0:2', '-0:1', '5:0', '-3:7');
    const separator = fc.constantFrom('', '_');
    const form = fc
      .tuple(fc.constantFrom('', '[', '('), stamp, separator, stamp, fc.constantFrom('', ']', ')'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(form, (text) => {
        const refusal = refusalOf(text);
        if (PUBLISHED_PATTERN.test(text)) expect(refusal ?? '').not.toMatch(/malformed|too far|out of range/);
        else expect(refusal).toMatch(/malformed/);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses megabytes of text at once', () => {
    for (const text of ['['.repeat(5_000_000), `[${'1'.repeat(5_000_000)}`, `${'1'.repeat(5_000_000)}:0_`]) {
      expect(cpuMsOf(() => expect(() => TimeRange.parse(text)).toThrow(AppError))).toBeLessThan(2000);
    }
  });
});

describe('TimeRange.fromNs and withMarkers', () => {
  it('take half-open bounds', () => {
    expect(TimeRange.fromNs(0n, 10n * S).toString()).toBe('[0:0_10:0)');
    expect(TimeRange.fromNs(null, 0n).toString()).toBe('_0:0)');
    expect(TimeRange.fromNs(0n, null).toString()).toBe('[0:0_');
    expect(TimeRange.fromNs(null, null)).toBe(TimeRange.EVERYTHING);
    expect(TimeRange.fromNs(7n, 7n)).toBe(TimeRange.EMPTY);
  });

  it('print the markers that they are given', () => {
    expect(TimeRange.withMarkers(0n, 11n, { startInclusive: true, endInclusive: true }).toString()).toBe('[0:0_0:10]');
    expect(TimeRange.withMarkers(1n, 2n, { startInclusive: true, endInclusive: true }).toString()).toBe('[0:1]');
    expect(TimeRange.withMarkers(1n, 9n, { startInclusive: false, endInclusive: false }).toString()).toBe('(0:0_0:9)');
  });

  it('are empty with an end before the start, where they are a question (AppNote 0008)', () => {
    for (const text of ['[10:0_5:0)', '[0:1_0:0]', '(5:0_4:999999999]']) {
      expect(TimeRange.parseQuery(text)).toBe(TimeRange.EMPTY);
    }
    expect(TimeRange.parseQuery('[0:0_5:0)')).toEqual(TimeRange.parse('[0:0_5:0)'));
    expect(() => TimeRange.parseQuery('[99999999999:0_5:0)')).toThrow('out of range');
  });

  it('refuse an end before the start and what is no int64', () => {
    expect(() => TimeRange.fromNs(1n, 0n)).toThrow(RangeError);
    expect(() => TimeRange.fromNs(null, INT64_MAX + 1n)).toThrow(RangeError);
    expect(() => TimeRange.fromNs(INT64_MIN - 1n, null)).toThrow(RangeError);
  });

  it('make values that cannot be changed', () => {
    const range = TimeRange.fromNs(0n, 1n);
    expect(() => Object.assign(range, { endNs: 5n })).toThrow(TypeError);
  });
});

describe('a range', () => {
  it('tells whether its bounds are inclusive; a bound that is not there is not', () => {
    const markers = ['[0:0_1:0]', '(0:0_1:0)', '[0:0_', '_1:0]', '_', '()'].map((text) => {
      const { startInclusive, endInclusive } = TimeRange.parse(text);
      return [startInclusive, endInclusive];
    });
    expect(markers).toEqual([
      [true, true],
      [false, false],
      [true, false],
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('is everything only when both ends are open', () => {
    expect(['_', '_5:0)', '[5:0_', '()'].map((text) => TimeRange.parse(text).isEverything)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('keeps the marker of the bound that an intersection or a hull takes; its own where both are the same', () => {
    const [a, b] = [TimeRange.parse('[0:0_0:9]'), TimeRange.parse('(0:4_0:10)')];
    expect([a.intersect(b).toString(), b.intersect(a).toString()]).toEqual(['(0:4_0:9]', '(0:4_0:10)']);
    expect([a.hull(b).toString(), b.hull(a).toString()]).toEqual(['[0:0_0:9]', '[0:0_0:10)']);
  });

  it('does not overlap the range that begins where it ends', () => {
    const first = TimeRange.parse('[0:0_10:0)');
    expect(first.overlaps(TimeRange.parse('[10:0_20:0)'))).toBe(false);
    expect(first.overlaps(TimeRange.parse('[9:999999999]'))).toBe(true);
    expect(TimeRange.parse('[0:0_10:0]').overlaps(TimeRange.parse('[10:0_20:0)'))).toBe(true);
  });
});

/**
 * The naive model: a range is the set of whole nanoseconds of a small domain that are in it. Open
 * ends reach over the edge of the domain, which bounded ranges never touch, so that an open end and
 * a bound differ in the model too.
 */
describe('a range against sets of integers', () => {
  const EDGE = 12;
  const DOMAIN = Array.from({ length: 2 * EDGE + 1 }, (_, index) => index - EDGE);
  const bound = fc.option(fc.integer({ min: 2 - EDGE, max: EDGE - 2 }), { nil: null });

  interface Modelled {
    readonly text: string;
    readonly range: TimeRange;
    readonly times: ReadonlySet<number>;
  }
  const modelled = fc.oneof(
    { weight: 1, arbitrary: fc.constant<Modelled>({ text: '()', range: TimeRange.EMPTY, times: new Set() }) },
    {
      weight: 12,
      arbitrary: fc
        .record({ start: bound, end: bound, open: fc.constantFrom('[', '('), close: fc.constantFrom(']', ')') })
        .filter(({ start, end }) => start === null || end === null || start <= end)
        .map(({ start, end, open, close }): Modelled => {
          const stamp = (time: number | null): string => (time === null ? '' : formatTimestamp(BigInt(time)));
          const text = `${open}${stamp(start)}_${stamp(end)}${close}`;
          const isIn = (time: number): boolean =>
            (start === null || (open === '[' ? time >= start : time > start)) &&
            (end === null || (close === ']' ? time <= end : time < end));
          return { text, range: TimeRange.parse(text), times: new Set(DOMAIN.filter(isIn)) };
        }),
    },
  );
  const timesOf = (range: TimeRange): Set<number> => new Set(DOMAIN.filter((time) => range.contains(BigInt(time))));
  const holds = (property: (a: Modelled, b: Modelled, c: Modelled) => void): void => {
    fc.assert(fc.property(modelled, modelled, modelled, property), { numRuns: 2000 });
  };

  it('contains the same times', () => {
    holds(({ range, times }) => {
      expect(timesOf(range)).toEqual(times);
      expect(range.isEmpty).toBe(times.size === 0);
      expect(range.isEverything).toBe(times.size === DOMAIN.length);
    });
  });

  it('overlaps where the sets meet', () => {
    holds((a, b) => {
      expect(a.range.overlaps(b.range)).toBe(!a.times.isDisjointFrom(b.times));
      expect(b.range.overlaps(a.range)).toBe(a.range.overlaps(b.range));
    });
  });

  it('contains a range whose set is a subset', () => {
    holds((a, b) => {
      expect(a.range.contains(b.range)).toBe(b.times.isSubsetOf(a.times));
    });
  });

  it('equals a range of the same set', () => {
    holds((a, b) => {
      expect(a.range.equals(b.range)).toBe(a.times.symmetricDifference(b.times).size === 0);
    });
  });

  it('intersects as the sets do', () => {
    holds((a, b, c) => {
      const both = a.range.intersect(b.range);
      expect(timesOf(both)).toEqual(a.times.intersection(b.times));
      expect(both.equals(b.range.intersect(a.range))).toBe(true);
      expect(both.intersect(c.range).equals(a.range.intersect(b.range.intersect(c.range)))).toBe(true);
      expect(a.range.intersect(a.range).toString()).toBe(a.range.toString());
      expect(a.range.intersect(TimeRange.EVERYTHING).toString()).toBe(a.range.toString());
    });
  });

  it('has the hull from the first to the last time of both sets', () => {
    holds((a, b, c) => {
      const hull = a.range.hull(b.range);
      const union = [...a.times.union(b.times)];
      const [first, last] = [Math.min(...union), Math.max(...union)];
      expect(timesOf(hull)).toEqual(new Set(DOMAIN.filter((time) => time >= first && time <= last)));
      expect(hull.equals(b.range.hull(a.range))).toBe(true);
      expect(hull.hull(c.range).equals(a.range.hull(b.range.hull(c.range)))).toBe(true);
      expect(a.range.hull(TimeRange.EMPTY).toString()).toBe(a.range.toString());
    });
  });

  it('prints canonically: a text of the published pattern that reads and prints the same, markers included', () => {
    holds((a, b) => {
      for (const range of [a.range, a.range.intersect(b.range), a.range.hull(b.range)]) {
        const text = range.toString();
        expect(text).toMatch(PUBLISHED_PATTERN);
        const again = TimeRange.parse(text);
        expect(again.equals(range)).toBe(true);
        expect(again.toString()).toBe(text);
        expect([again.startInclusive, again.endInclusive]).toEqual([range.startInclusive, range.endInclusive]);
      }
    });
  });
});

function refusalOf(text: string): string | undefined {
  try {
    TimeRange.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
