import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowTimeline } from '../../../mgmt/verify/timelines.ts';

const timelineOf = (spans: readonly (readonly [number, number])[]): FlowTimeline => {
  const timeline = new FlowTimeline();
  for (const [start, length] of spans) timeline.add(BigInt(start), BigInt(start + length));
  return timeline;
};

const spans = fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 20 })), {
  maxLength: 90,
});

describe('a timeline', () => {
  it('finds an overlap where any two of its segments have one, in whatever order they come', () => {
    fc.assert(
      fc.property(spans, (each) => {
        const overlaps = each.some(([start, length], index) =>
          each.slice(index + 1).some(([other, otherLength]) => start < other + otherLength && other < start + length),
        );
        expect(timelineOf(each).overlap() !== undefined).toBe(overlaps);
      }),
    );
  });

  it('knows what its segments amount to', () => {
    expect(timelineOf([]).content()).toBeNull();
    expect(
      timelineOf([
        [10, 5],
        [-3, 2],
      ]).content(),
    ).toEqual({ startNs: -3n, endNs: 15n, coveredNs: 7n, segments: { count: 2n, longestNs: 5n } });
  });
});
