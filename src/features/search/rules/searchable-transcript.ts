import { createHash } from 'node:crypto';
import { malformed } from '../../../formats/transcripts/problem.ts';
import { parseTranscript } from '../../../formats/transcripts/parse-transcript.ts';
import type { Transcript, TranscriptFormat } from '../../../formats/transcripts/transcript.ts';
import { writeTranscriptJson } from '../../../formats/transcripts/transcript-json.ts';
import { chunkTranscript } from './chunking.ts';
import type { TranscriptSegmentInput } from './transcript-segment.ts';

/**
 * A cell on a cluster holds 126 KB, and a text is kept twice: as it is, and as folded words. A cue this long is no cue;
 * shorter ones are joined into segments far below it.
 */
const MAX_CUE_CHARACTERS = 10_000;
const MAX_SPEAKER_CHARACTERS = 256;

export interface TranscriptText {
  readonly text: string;
  readonly format: TranscriptFormat;
  /** Replaces the language that the text names. */
  readonly language?: string;
}

/** A transcript as it is stored. */
export interface SearchableTranscript {
  readonly language: string | null;
  /** All of one chunking, numbered from 0 on. */
  readonly segments: readonly TranscriptSegmentInput[];
  /** A hash over the language and all cues: the same transcript has the same hash in every format. */
  readonly hash: string;
}

/** Takes a second and more for the longest: see `readTranscript`. Throws AppError `invalid_request`, which names the problem. */
export function parseSearchable({ text, format, language }: TranscriptText): SearchableTranscript {
  const transcript = parseTranscript(text, format);
  transcript.cues.forEach(({ text: said, speaker }, index) => {
    if (said.length > MAX_CUE_CHARACTERS) {
      throw malformed(`has ${said.length} characters in cue ${index}; ${MAX_CUE_CHARACTERS} are the most`);
    }
    if (speaker !== null && speaker.length > MAX_SPEAKER_CHARACTERS) {
      throw malformed(`has a speaker of more than ${MAX_SPEAKER_CHARACTERS} characters in cue ${index}`);
    }
  });
  return makeSearchable(language === undefined ? transcript : { ...transcript, language });
}

export const makeSearchable = (transcript: Transcript): SearchableTranscript => ({
  language: transcript.language,
  segments: chunkTranscript(transcript.cues),
  hash: createHash('sha256').update(writeTranscriptJson(transcript)).digest('hex'),
});
