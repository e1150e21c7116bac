import { blocksOf, cueOf } from './cue-blocks.ts';
import { malformed } from './problem.ts';
import type { Transcript } from './transcript.ts';

/** SubRip: numbered cues, of which the number does not matter. */
export function readSrt(text: string): Transcript {
  const cues = blocksOf(text).map((block) => {
    const cue = cueOf(block);
    if (cue === undefined) throw malformed(`has no times in the cue ${JSON.stringify(block[0]?.slice(0, 80))}`);
    return cue;
  });
  return { language: null, cues };
}
