import { expect, it } from 'vitest';
import { saysNoRoom } from '../../../../src/vastdb/analytics/workspace.ts';

/* Messages of DuckDB 1.5, as they came. */

it.each([
  'Out of Memory Error: failed to pin block of size 980.0 KiB (63.5 MiB/64.0 MiB used)',
  'Failed to append: failed to pin block of size 980.0 KiB (511.2 MiB/512.0 MiB used)',
])('is said by: %s', (message) => {
  expect(saysNoRoom(message)).toBe(true);
});

it.each(['INTERRUPT Error: Interrupted!', 'Permission Error: Cannot access file "/etc/passwd"'])(
  'is not said by: %s',
  (message) => {
    expect(saysNoRoom(message)).toBe(false);
  },
);
