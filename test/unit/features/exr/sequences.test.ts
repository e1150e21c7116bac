import { describe, expect, it } from 'vitest';
import { parseFrameName } from '../../../../src/formats/exr/frame-name.ts';
import { groupSequences, SequenceFrames } from '../../../../src/features/exr/rules/sequence/sequences.ts';
import { cpuMsOf } from '../../../support/cpu-time.ts';

describe('frame numbers in names', () => {
  it.each<[path: string, frame: number | undefined]>([
    ['name.1001.exr', 1001],
    ['name_0001.exr', 1],
    ['name-0007.exr', 7],
    ['name.-0005.exr', -5],
    ['name_-12.exr', -12],
    ['shot--12.exr', 12],
    ['1001.exr', 1001],
    ['-3.exr', -3],
    ['name.-0.exr', 0],
    ['shot0001.exr', 1],
    ['shows/a.b/v002/sh010_comp_v003.1042.EXR', 1042],
    ['take.5.10.exr', 10],
    ['comp_v003.exr', undefined],
    ['comp_v0003.exr', undefined],
    ['render2.exr', undefined],
    ['1920x1080.exr', undefined],
    ['name.exr', undefined],
    ['1001/name.exr', undefined],
    ['name.1001', undefined],
    ['name.1001.exr.bak2', undefined],
    ['name.1234567890123456.exr', undefined],
    ['', undefined],
  ])('%s', (path, frame) => {
    const parsed = parseFrameName(path);
    expect(parsed?.frame).toBe(frame);
  });

  it('give back the name when they are put together again', () => {
    for (const path of ['a/b.0010.exr', 'c_5.exr', 'd-6.exr', 'shot0001.exr']) {
      const { prefix = '', digits = '', suffix = '' } = parseFrameName(path) ?? {};
      expect(prefix + digits + suffix).toBe(path);
    }
  });

  it('are found in no time in any name', () => {
    for (const path of ['1'.repeat(1024), '1.'.repeat(512), `${'-1'.repeat(512)}.exr`, `${'a1.a'.repeat(256)}!`]) {
      expect(cpuMsOf(() => parseFrameName(path))).toBeLessThan(200);
    }
  });
});

const frames = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
const padded = (numbers: number[], width: number, prefix = 'a.'): string[] =>
  numbers.map((number) => `${prefix}${number < 0 ? '-' : ''}${String(Math.abs(number)).padStart(width, '0')}.exr`);

describe('groupSequences', () => {
  it('finds the range and the gaps', () => {
    const paths = padded([...frames(1001, 1010), ...frames(1013, 1020), 1022], 4);
    const sequences = groupSequences([...paths.toReversed(), 'slate.exr']);
    expect(sequences).toEqual([
      {
        prefix: 'a.',
        suffix: '.exr',
        padding: 4,
        pattern: 'a.%04d.exr',
        first: 1001,
        last: 1022,
        step: 1,
        frame_count: 19,
        ranges: [
          { start: 1001, end: 1010 },
          { start: 1013, end: 1020 },
          { start: 1022, end: 1022 },
        ],
        missing: [
          { start: 1011, end: 1012 },
          { start: 1021, end: 1021 },
        ],
        missing_count: 3,
        paths,
      },
    ]);
  });

  it('finds the step, and the gaps on it', () => {
    const [sequence] = groupSequences(padded([...frames(1, 41, 10), ...frames(71, 101, 10)], 4));
    expect(sequence).toMatchObject({
      step: 10,
      ranges: [
        { start: 1, end: 41 },
        { start: 71, end: 101 },
      ],
      missing: [{ start: 51, end: 61 }],
      missing_count: 2,
    });
  });

  it('takes no step from two frames, or from what is not regular', () => {
    const summary = (numbers: number[]): unknown => {
      const [sequence] = groupSequences(padded(numbers, 4));
      return [sequence?.step, sequence?.missing_count];
    };
    expect(summary([1001, 1010])).toEqual([1, 8]);
    expect(summary([1, 3, 5, 6])).toEqual([1, 2]);
    expect(summary([1, 3, 9, 19])).toEqual([1, 15]);
    expect(summary([5])).toEqual([1, 0]);
  });

  it('counts a huge gap without walking through it', () => {
    const [sequence] = groupSequences(['a.1.exr', 'a.999999999999999.exr']);
    expect(sequence?.missing).toEqual([{ start: 2, end: 999_999_999_999_998 }]);
    expect(sequence?.missing_count).toBe(999_999_999_999_997);
  });

  it('goes through zero to negative frames, whether or not the sign counts as a digit', () => {
    for (const negative of ['a.-0002.exr', 'a.-002.exr']) {
      const [sequence, ...more] = groupSequences([negative, ...padded([0, 1, 2], 4)]);
      expect(more).toEqual([]);
      expect(sequence).toMatchObject({ first: -2, last: 2, padding: 4, missing: [{ start: -1, end: -1 }] });
    }
  });

  it('keeps different paddings apart, and numbers that outgrew theirs together', () => {
    const sequences = groupSequences(['a.1.exr', 'a.2.exr', 'a.10.exr', ...padded([1, 2, 9999, 10_000], 4)]);
    expect(sequences.map(({ pattern, frame_count: count, first, last }) => [pattern, count, first, last])).toEqual([
      ['a.%04d.exr', 4, 1, 10_000],
      ['a.%d.exr', 3, 1, 10],
    ]);
    expect(groupSequences(padded(frames(998, 1002), 1))).toMatchObject([{ padding: 3, frame_count: 5 }]);
  });

  it('keeps folders, prefixes, separators and extensions apart', () => {
    const paths = ['x/a.1.exr', 'y/a.1.exr', 'x/b.1.exr', 'x/a_1.exr', 'x/a.1.sxr', 'x/a.1.exr'];
    const sequences = groupSequences(paths);
    expect(sequences).toHaveLength(5);
    expect(sequences.every(({ frame_count: count, paths: found }) => count === 1 && found.length === 1)).toBe(true);
  });

  it('makes a pattern that printf reads', () => {
    expect(groupSequences(['100%.0001.exr'])[0]?.pattern).toBe('100%%.%04d.exr');
  });

  it('groups many files fast', () => {
    const paths = frames(1, 20).flatMap((shot) => padded(frames(1, 1000), 4, `shot${shot}/beauty.`));
    expect(cpuMsOf(() => expect(groupSequences(paths)).toHaveLength(20))).toBeLessThan(2000);
  });
});

describe('SequenceFrames', () => {
  it.each([
    ['a gap and a step', padded([...frames(1, 41, 10), ...frames(71, 101, 10)], 4)],
    ['several paddings', [...padded([1, 2, 10_000], 4), ...padded([7, 8, 12], 1)]],
    ['negative numbers', [...padded([-12, -3, 4, 5], 4), ...padded([-1], 2)]],
    ['a single frame', padded([1001], 1)],
  ])('describes %s as groupSequences does, without the paths', (_, paths) => {
    const collected = new SequenceFrames();
    for (const path of [...paths.toReversed(), 'slate.exr', ...paths]) collected.add(path);
    const expected = groupSequences(paths).map(({ paths: _paths, ...described }) => described);
    expect(collected.describe()).toEqual(expected);
  });
});
