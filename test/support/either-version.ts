import { IS_NEWER } from './test-server.ts';

/** Tests that run over 7.0 and over 8.2 (`vitest.config.ts`, project `newer`) differ in these. */

const ALWAYS = '[-9223372036:854775808_9223372036:854775807)';

/**
 * Segments as they are posted. In 8.2 an object has as much of the timeline as its first segment uses, unless a client says how
 * much: tests that use one object at any time say that it has all of it.
 */
export function atAnyTime(segments: unknown): unknown {
  if (!IS_NEWER) return segments;
  if (Array.isArray(segments)) return segments.map(atAnyTime);
  const isSegment = typeof segments === 'object' && segments !== null && 'object_id' in segments;
  return isSegment ? { object_timerange: ALWAYS, ...segments } : segments;
}

/**
 * Ids of flows or sources to compare. 7.0 lists them in the order of their creation; 8.2 sorts those of one millisecond by their ids,
 * so that a test cannot know it.
 */
export const inListing = (ids: readonly string[]): string[] => (IS_NEWER ? ids.toSorted() : [...ids]);
