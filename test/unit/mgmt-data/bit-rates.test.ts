import { expect, test } from 'vitest';
import { bitRates } from '../../../mgmt/ingest/bit-rates.ts';

const seconds = (bytes: number, s: number) => ({ bytes, ns: BigInt(Math.round(s * 1000)) * 1_000_000n });

test('the average is of all bytes over all time, cut off', () => {
  expect(bitRates([seconds(1000, 2), seconds(2999, 2)], undefined)).toEqual({ avg_bit_rate: 7 });
  expect(bitRates([], 2_000_000_000n)).toEqual({});
});

test('the highest is of neighbours of half to one and a half times the target, or of one that is longer', () => {
  const target = 2_000_000_000n;
  // 0.5 s are too short to count alone; 1 s and 3 s are just enough, 3.5 s are too long together.
  expect(bitRates([seconds(9000, 0.5), seconds(1000, 0.5), seconds(1000, 3)], target).max_bit_rate).toBe(80);
  expect(bitRates([seconds(1000, 2), seconds(4000, 1)], target).max_bit_rate).toBe(32);
  expect(bitRates([seconds(1000, 2), seconds(10_000, 4)], target).max_bit_rate).toBe(20);
  expect(bitRates([seconds(1000, 0.1)], target)).toEqual({ avg_bit_rate: 80 });
});
