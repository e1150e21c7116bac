import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketStarts, holesAt, type Span, without } from '../../../../src/features/timeline/timeline-rules.ts';

/** Segments with gaps between some of them, far from zero. */
const timeline = fc
  .array(fc.tuple(fc.bigInt(0n, 20n), fc.bigInt(1n, 30n)), { minLength: 1, maxLength: 40 })
  .map((steps) => {
    let position = -500n;
    return steps.map(([gap, length]): Span => {
      const startNs = position + gap;
      position = startNs + length;
      return { startNs, endNs: position };
    });
  });

const covers = (spans: readonly Span[], time: bigint): boolean =>
  spans.some(({ startNs, endNs }) => startNs <= time && time < endNs);

describe('the spans of a timeline', () => {
  it('leave out each gap in which a bucket begins, whole, and no other', () => {
    fc.assert(
      fc.property(timeline, fc.integer({ min: 1, max: 60 }), fc.bigInt(0n, 40n), (segments, buckets, cut) => {
        const range = { startNs: (segments[0]?.startNs ?? 0n) + cut, endNs: (segments.at(-1)?.endNs ?? 0n) + 3n };
        fc.pre(range.startNs < range.endNs);
        const points = bucketStarts(range, buckets);
        const before = points.map((point) => segments.findLast(({ startNs }) => startNs <= point));
        const gaps = holesAt(points, before).map(({ pointNs, startNs }) => ({
          startNs,
          endNs: segments.find((each) => each.startNs >= pointNs)?.startNs ?? null,
        }));
        const spans = without(range, gaps);

        const told = (time: bigint): boolean =>
          points.some((point) => {
            const [low, high] = point < time ? [point, time] : [time, point];
            for (let at = low; at <= high; at++) if (covers(segments, at)) return false;
            return true;
          });
        for (let time = range.startNs; time < range.endNs; time++) {
          expect(covers(spans, time), `at ${time}`).toBe(covers(segments, time) || !told(time));
        }
      }),
    );
  });

  it('has no more buckets than asked for, and none wider than the others', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000n), fc.integer({ min: 1, max: 500 }), (length, buckets) => {
        const starts = bucketStarts({ startNs: 7n, endNs: 7n + length }, buckets);
        expect(starts[0]).toBe(7n);
        expect(starts.length).toBeLessThanOrEqual(buckets);
        const widths = new Set(starts.slice(1).map((start, index) => start - (starts[index] ?? 0n)));
        expect(widths.size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
