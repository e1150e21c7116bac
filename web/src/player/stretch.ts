import type { Lane } from '../timeline/lanes.ts';
import type { Span } from '../timeline/view.ts';

/** A playlist may have more lines; so many take a player no time. */
const LINES_AT_ONCE = 4_000n;
/** Flows with no more segments are played from one playlist. */
const LINES_WHOLE = 10_000;
/** So much of a stretch is beyond each of its ends, so that its next one begins before it is left. */
const OVERLAP = 8n;

/** The stretch of the timeline that a playlist at a time has; undefined: all of it. Equal times of one stretch have the same one. */
export function stretchAt(lanes: readonly Lane[], ns: bigint): Span | undefined {
  let [longest, startNs] = [0n, ns];
  for (const { segments = 0, coveredNs, extent } of lanes) {
    if (segments <= LINES_WHOLE || extent === undefined) continue;
    // The shortest segments decide how many lines there are.
    const length = (coveredNs * LINES_AT_ONCE) / BigInt(segments);
    if (longest === 0n || length < longest) [longest, startNs] = [length, extent.startNs];
  }
  if (longest === 0n) return undefined;
  const begin = startNs + ((ns - startNs) / longest) * longest;
  const beyond = longest / OVERLAP;
  return { startNs: begin - beyond, endNs: begin + longest + beyond };
}
