import { expect, test } from 'vitest';
import { uuidV7 } from '../../../src/shared/uuid.ts';

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('begins with the time and has the form of version 7', () => {
  const now = Date.now() + 10_000;
  const id = uuidV7(now);
  expect(id).toMatch(VERSION_7);
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
});

test('grows strictly, also within a millisecond, beyond its counter, and when the clock is set back', () => {
  const now = Date.now() + 20_000;
  const ids = Array.from({ length: 10_000 }, () => uuidV7(now));
  ids.push(uuidV7(now - 5_000), uuidV7(now + 5_000));
  expect(ids.every((id) => VERSION_7.test(id))).toBe(true);
  expect(ids).toEqual([...new Set(ids)].sort());
});
