import { expect, test } from 'vitest';
import { parseTimecode, timecodeNs } from '../../../mgmt/ingest/timecode.ts';

const RATES = {
  '23.976': { num: 24_000n, den: 1001n },
  '24': { num: 24n, den: 1n },
  '25': { num: 25n, den: 1n },
  '29.97': { num: 30_000n, den: 1001n },
  '30': { num: 30n, den: 1n },
  '50': { num: 50n, den: 1n },
  '59.94': { num: 60_000n, den: 1001n },
};
type Rate = keyof typeof RATES;

function nsOf(text: string, rate: Rate): bigint {
  const timecode = parseTimecode(text);
  if (timecode === undefined) throw new Error(`${text} is no timecode.`);
  return timecodeNs(timecode, RATES[rate]);
}

test.each<[string, Rate, bigint]>([
  ['00:00:00:00', '25', 0n],
  ['10:00:00:00', '23.976', 36_036_000_000_000n],
  ['10:00:00:00', '24', 36_000_000_000_000n],
  ['10:00:00:12', '25', 36_000_480_000_000n],
  ['10:00:00:00', '29.97', 36_036_000_000_000n],
  ['01:00:00:29', '30', 3_600_966_666_667n],
  ['01:00:00:49', '50', 3_600_980_000_000n],
  ['01:00:00:00', '59.94', 3_603_600_000_000n],
  // 107,892 and 215,784 frames: 3.6 ms less than an hour.
  ['01:00:00;00', '29.97', 3_599_996_400_000n],
  ['01:00:00.00', '59.94', 3_599_996_400_000n],
  // The label after 00:00:59;29 is 00:01:00;02.
  ['00:00:59;29', '29.97', 60_026_633_333n],
  ['00:01:00;02', '29.97', 60_060_000_000n],
  ['00:01:00;04', '59.94', 60_060_000_000n],
  ['00:10:00;00', '29.97', 599_999_400_000n],
])('%s at %s frames a second', (text, rate, ns) => {
  expect(nsOf(text, rate)).toBe(ns);
});

test('each frame of an hour that drops labels has one, and each label a frame of its own', () => {
  let before = -1n;
  const { num, den } = RATES['29.97'];
  let count = 0n;
  for (let second = 0; second < 3600; second++) {
    for (let frame = 0; frame < 30; frame++) {
      if (second % 60 === 0 && (second / 60) % 10 !== 0 && frame < 2) continue;
      const two = (value: number): string => String(value).padStart(2, '0');
      const ns = nsOf(`00:${two(Math.floor(second / 60))}:${two(second % 60)};${two(frame)}`, '29.97');
      if (ns <= before || ns / 1000n !== (count * den * 1_000_000n) / num) expect([count, ns]).toEqual([count, before]);
      before = ns;
      count++;
    }
  }
  expect(count).toBe(107_892n);
});

test.each<[string, Rate, string]>([
  ['10:00:00:25', '25', 'no timecode 10:00:00:25 at 25 frames'],
  ['00:01:00;01', '29.97', 'one of those that are dropped'],
  ['00:01:00;03', '59.94', 'one of those that are dropped'],
  ['10:00:00;00', '25', 'at 29.97 and 59.94 only'],
  ['10:00:00;00', '23.976', 'at 29.97 and 59.94 only'],
])('%s is none at %s frames a second', (text, rate, message) => {
  expect(() => nsOf(text, rate)).toThrow(message);
});

test('what is no timecode is none', () => {
  for (const text of ['10:0', '24:00:00:00', '10:60:00:00', '1:00:00:00', '10:00:00', '']) {
    expect(parseTimecode(text)).toBeUndefined();
  }
});
