import type { AdoptionKey, Counts, KeyState } from './adoption.ts';

/** The counts when some keys have other states than before, or are new. */
export function changed(
  counts: Counts,
  before: readonly AdoptionKey[],
  after: readonly AdoptionKey[],
): Record<KeyState, number> & { bytes: number } {
  const now: Record<KeyState, number> & { bytes: number } = { ...counts };
  for (const { state } of before) now[state]--;
  for (const { state } of after) now[state]++;
  return now;
}
