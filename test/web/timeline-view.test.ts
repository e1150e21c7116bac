import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf, placeOf, playTimeOf, timelineAt } from '../../web/src/player/playlist-map.ts';
import { shuttled } from '../../web/src/player/shuttle.ts';
import { stretchAt } from '../../web/src/player/stretch.ts';
import { frameNs, frameOf, showLength, showTime } from '../../web/src/time/shown-time.ts';
import { spanAt } from '../../web/src/timeline/lanes.ts';
import { ticksOf } from '../../web/src/timeline/ruler.ts';
import { lengthOf, nsAt, panned, showing, wholeView, xOf, zoomed } from '../../web/src/timeline/view.ts';

const SECOND = 1_000_000_000n;
const YEAR = 31_536_000n * SECOND;
const extent = fc
  .tuple(fc.bigInt(-50n * YEAR, 100n * YEAR), fc.bigInt(1n, 100n * YEAR))
  .map(([startNs, length]) => ({ startNs, endNs: startNs + length }));
const factors = fc.array(fc.tuple(fc.double({ min: 0, max: 1200, noNaN: true }), fc.constantFrom(0.001, 0.5, 2, 100)), {
  maxLength: 30,
});

describe('the view of a timeline', () => {
  it('stays on the content, and what is under the pointer stays there', () => {
    fc.assert(
      fc.property(extent, factors, (all, turns) => {
        const whole = wholeView(all);
        let view = whole;
        for (const [x, factor] of turns) {
          const under = nsAt(view, 1200, x);
          const next = zoomed(view, 1200, x, factor, all);
          expect(next.startNs).toBeGreaterThanOrEqual(whole.startNs);
          expect(next.endNs).toBeLessThanOrEqual(whole.endNs);
          const atEnd = next.startNs === whole.startNs || next.endNs === whole.endNs;
          if (!atEnd) expect(Math.abs(xOf(next, 1200, under) - x)).toBeLessThan(1.5);
          view = panned(next, 1200, x - 600, all);
          expect(lengthOf(view)).toBe(lengthOf(next));
        }
        const shown = showing(view, all.startNs, all);
        expect(shown.startNs <= all.startNs && all.startNs < shown.endNs).toBe(true);
      }),
    );
  });

  it('has lines of a ruler that are apart, whatever the zoom', () => {
    fc.assert(
      fc.property(extent, fc.constantFrom('timecode', 'clock', 'tams'), (view, unit) => {
        const ticks = ticksOf(view, 1200, unit);
        expect(ticks.length).toBeLessThanOrEqual(10);
        for (const { ns } of ticks) expect(ns >= view.startNs && ns < view.endNs).toBe(true);
      }),
    );
  });
});

describe('times as they are shown', () => {
  it.each([
    [0n, 'timecode', '00:00:00:00'],
    [-1n * SECOND, 'timecode', '-00:00:01:00'],
    [3_661n * SECOND + 520_000_000n, 'timecode', '01:01:01:13'],
    [3_661n * SECOND + 520_000_000n, 'clock', '01:01:01.520'],
    [90_000n * SECOND, 'clock', '1d 01:00:00.000'],
    [1_600_000_037n * SECOND, 'clock', '2020-09-13 12:26:40.000Z'],
    [1_600_000_037n * SECOND, 'timecode', '12:26:40:00'],
    [5n * SECOND + 1n, 'tams', '5:1'],
  ] as const)('%s ns as %s: %s', (ns, unit, shown) => {
    expect(showTime(ns, unit)).toBe(shown);
  });

  it('go frame by frame at any rate', () => {
    const rate = { numerator: 30_000, denominator: 1001 };
    expect(frameNs(rate)).toBe(33_366_666n);
    expect(frameOf(SECOND, rate)).toBe(29n);
    expect(showLength(1_500_000_000n)).toBe('1.5 s');
    expect(showLength(3_700n * SECOND)).toBe('61 min 40 s');
  });
});

describe('the times of a player', () => {
  const lines = linesOf([
    { url: 'x/0_2000000000.ts', start: 0, duration: 2 },
    { url: 'x/2000000000_4000000000.ts?a=1', start: 2, duration: 2 },
    { url: 'x/10000000000_11000000000.ts', start: 4, duration: 1 },
  ]);

  it('are those of the lines, with gaps left out', () => {
    expect(placeOf('x/-5_7.m4s')).toEqual({ startNs: -5n, endNs: 7n });
    expect(placeOf('x/segment1.ts')).toBeUndefined();
    expect([0, 1, 3.5, 4, 4.5, 99].map((at) => timelineAt(lines, at))).toEqual(
      [0, 1, 3.5, 10, 10.5, 11].map((second) => BigInt(second * 1e9)),
    );
    expect(playTimeOf(lines, 3_000_000_000n)).toBe(3);
    expect(playTimeOf(lines, 7_000_000_000n)).toBe(4);
    expect(playTimeOf(lines, -1n)).toBe(0);
    expect(playTimeOf(lines, 99_000_000_000n)).toBe(5);
    expect(playTimeOf([], 0n)).toBeUndefined();
  });

  it('find the segment that is under the pointer', () => {
    expect(spanAt(lines, 1_999_999_999n)).toBe(lines[0]);
    expect(spanAt(lines, 2_000_000_000n)).toBe(lines[1]);
    expect(spanAt(lines, 5_000_000_000n)).toBeUndefined();
    expect(spanAt([], 0n)).toBeUndefined();
  });

  it('go faster with each press of J or L', () => {
    expect(
      (['l', 'l', 'l', 'k', 'j', 'j', 'l'] as const).reduce<number[]>(
        (all, key) => [...all, shuttled(all.at(-1) ?? 0, key)],
        [],
      ),
    ).toEqual([1, 2, 4, 0, -1, -2, 1]);
  });

  it('come from a playlist of a stretch where a flow has too many segments for one', () => {
    const extent = { startNs: 0n, endNs: 2_000_000n * SECOND };
    const lane = { flowId: '', extent, coveredNs: extent.endNs, spans: [], areSegments: false, isExact: true };
    expect(stretchAt([{ ...lane, segments: 9_000 }], 5n)).toBeUndefined();
    const many = [{ ...lane, segments: 1_000_000 }];
    expect(stretchAt(many, 9_000n * SECOND)).toEqual({ startNs: 7_000n * SECOND, endNs: 17_000n * SECOND });
    expect(stretchAt(many, 15_999n * SECOND)).toEqual(stretchAt(many, 8_000n * SECOND));
  });
});
