import { expect, test } from 'vitest';
import { uuidV7 } from '../../../src/shared/uuid.ts';

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const timeOf = (id: string): number => parseInt(id.replace('-', '').slice(0, 12), 16);

/** A time that no id of this process has had: other tests of this worker may have set the clock forward. */
const later = (): number => timeOf(uuidV7()) + 10_000;

test('begins with the time and has the form of version 7', () => {
  const now = later();
  const id = uuidV7(now);
  expect(id).toMatch(VERSION_7);
  expect(timeOf(id)).toBe(now);
});

test('grows strictly, also within a millisecond, beyond its counter, and when the clock is set back', () => {
  const now = later();
  const ids = Array.from({ length: 10_000 }, () => uuidV7(now));
  ids.push(uuidV7(now - 5_000), uuidV7(now + 5_000));
  expect(ids.every((id) => VERSION_7.test(id))).toBe(true);
  expect(ids).toEqual([...new Set(ids)].sort());
});
