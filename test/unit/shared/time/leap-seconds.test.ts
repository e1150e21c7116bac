import { expect, it } from 'vitest';
import { utcOfTai } from '../../../../src/shared/time/leap-seconds.ts';

const utc = (taiS: number): string =>
  new Date(Number(utcOfTai(BigInt(taiS) * 1_000_000_000n) / 1_000_000n)).toISOString();
const at = (text: string): number => Date.parse(text) / 1000;

it.each([
  ['after the last leap second', at('2017-01-01T00:00:37Z'), '2017-01-01T00:00:00.000Z'],
  ['in the last leap second', at('2017-01-01T00:00:36Z'), '2017-01-01T00:00:00.000Z'],
  ['before the last leap second', at('2017-01-01T00:00:35Z'), '2016-12-31T23:59:59.000Z'],
  ['at the one before', at('2015-07-01T00:00:36Z'), '2015-07-01T00:00:00.000Z'],
  ['before the one before', at('2015-07-01T00:00:34Z'), '2015-06-30T23:59:59.000Z'],
  ['at the first step', at('1972-01-01T00:00:10Z'), '1972-01-01T00:00:00.000Z'],
  ['before all of them', at('1971-01-01T00:00:10Z'), '1971-01-01T00:00:00.000Z'],
  ['now', at('2026-11-22T12:00:37Z'), '2026-11-22T12:00:00.000Z'],
])('knows the UTC of TAI %s', (_when, taiS, expected) => {
  expect(utc(taiS)).toBe(expected);
});
