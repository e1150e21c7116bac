import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planCuts } from '../../../mgmt/ingest/cut-plan.ts';
import type { Packet } from '../../../src/media/probing/probe.ts';
import { divideRounded, ticksToNs } from '../../../src/media/probing/ticks.ts';

const TIME_BASE = { num: 1001n, den: 30_000n };

const packet = (pts: number, isKey: boolean): Packet => ({
  pts: BigInt(pts),
  dts: BigInt(pts),
  duration: 1n,
  isHidden: false,
  isKey,
});

test('cuts never lose a frame, leave a gap, or put a frame outside of its segment', () => {
  // Groups of pictures: frames are reordered within each, and some groups lead with pictures shown before their key frame.
  const group = fc.record({ length: fc.integer({ min: 1, max: 12 }), leading: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (groups, frames) => {
      const packets: Packet[] = [];
      for (const { length, leading } of groups) {
        const base = packets.length;
        const key = Math.min(leading, length - 1);
        packets.push(packet(base + key, true));
        for (let index = 0; index < length; index++) if (index !== key) packets.push(packet(base + index, false));
      }
      const cuts = planCuts(packets, TIME_BASE, ticksToNs(BigInt(frames), TIME_BASE));
      expect(cuts[0]?.first).toBe(0);
      expect(cuts.at(-1)?.end).toBe(packets.length);
      cuts.forEach((cut, index) => {
        const next = cuts[index + 1];
        if (next !== undefined) expect([next.first, next.startNs]).toEqual([cut.end, cut.endNs]);
        expect(packets[cut.first]?.isKey).toBe(true);
        for (const { pts } of packets.slice(cut.first, cut.end)) {
          const ns = ticksToNs(pts, TIME_BASE);
          expect(ns >= cut.startNs && ns < cut.endNs).toBe(true);
        }
      });
    }),
  );
});

test('a key frame that pictures of the segment before follow is no place to cut', () => {
  const packets = [packet(0, true), packet(3, false), packet(2, true), packet(4, true), packet(5, false)];
  const cuts = planCuts(packets, { num: 1n, den: 1n }, 1_000_000_000n);
  expect(cuts.map(({ first }) => first)).toEqual([0, 3]);
});

test('lengths are counted from the beginning, so late key frames do not add up', () => {
  const packets = Array.from({ length: 100 }, (_, index) => packet(index, index % 3 === 0));
  const cuts = planCuts(packets, { num: 1n, den: 1n }, 10_000_000_000n);
  expect(cuts.map(({ first }) => first)).toEqual([0, 12, 21, 30, 42, 51, 60, 72, 81, 90]);
});

test('quotients are rounded to the nearest, halves upwards, below zero too', () => {
  expect([7n, 5n, 4n, -4n, -5n, -6n, -7n].map((value) => divideRounded(value, 2n))).toEqual([
    4n,
    3n,
    2n,
    -2n,
    -2n,
    -3n,
    -3n,
  ]);
});
