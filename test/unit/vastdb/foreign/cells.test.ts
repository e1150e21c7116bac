import { expect, it } from 'vitest';
import { integerOf } from '../../../../src/vastdb/foreign/cells.ts';
import { RefusedRow } from '../../../../src/vastdb/foreign/import-report.ts';

it.each([
  [7, 7],
  [7n, 7],
  ['-7', -7],
  [0, 0],
  ['', undefined],
  [null, undefined],
])('takes %o as the whole number %o', (cell, value) => {
  expect(integerOf({ count: cell }, 'count')).toBe(value);
});

it.each([1.5, '1.5', 'seven', 2n ** 53n, true])('refuses %o', (cell) => {
  expect(() => integerOf({ count: cell }, 'count')).toThrow(RefusedRow);
});
