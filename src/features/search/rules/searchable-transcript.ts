import { createHash } from 'node:crypto';
import { parseTranscript } from '../../../formats/transcripts/parse-transcript.ts';
import {
  type Cue,
  malformed,
  type Transcript,
  type TranscriptFormat,
} from '../../../formats/transcripts/transcript.ts';
import { writeTranscriptJson } from '../../../formats/transcripts/transcript-json.ts';
import type { TranscriptSegmentInput } from './version.ts';

interface ChunkingRules {
  /** A chunk ends before it would last longer than this, unless one cue alone does. */
  readonly maxNs: bigint;
  /** The same limit in characters of text. */
  readonly maxCharacters: number;
  /** A silence as long as this ends a chunk. */
  readonly pauseNs: bigint;
}

const NS_PER_S = 1_000_000_000n;

const DEFAULT_CHUNKING: ChunkingRules = { maxNs: 30n * NS_PER_S, maxCharacters: 400, pauseNs: 3n * NS_PER_S };

const SENTENCE_END = /[.!?…。！？]["'”’)]?$/;
/** After this share of the longest chunk, the end of a sentence ends the chunk. */
const FULL_ENOUGH = 0.5;

/**
 * Cues as segments to be searched: a cue is a line or two, too little to show its subject. Neighbours of one speaker
 * are joined up to the rules' limits, at ends of sentences where that can be had.
 *
 * @param cues in the order of their starts.
 */
export function chunkTranscript(
  cues: readonly Cue[],
  rules: ChunkingRules = DEFAULT_CHUNKING,
): TranscriptSegmentInput[] {
  const chunks: Chunk[] = [];
  for (const cue of cues) {
    const open = chunks.at(-1);
    if (open !== undefined && belongsTo(open, cue, rules)) add(open, cue);
    else chunks.push({ cues: [cue], startNs: cue.startNs, endNs: cue.endNs, length: cue.text.length });
  }
  const chunking = `${rules.maxNs / NS_PER_S}s-${rules.maxCharacters}c`;
  return chunks.map((chunk, position) => ({ chunking, position, ...joined(chunk) }));
}

/** Keeps beside its cues the values that each further cue asks for. */
interface Chunk {
  readonly cues: [Cue, ...Cue[]];
  readonly startNs: bigint;
  endNs: bigint;
  /** Characters of its text. */
  length: number;
}

function add(chunk: Chunk, cue: Cue): void {
  chunk.cues.push(cue);
  // Cues may overlap: the last to begin is not always the last to end.
  if (cue.endNs > chunk.endNs) chunk.endNs = cue.endNs;
  chunk.length += 1 + cue.text.length;
}

function belongsTo(chunk: Chunk, cue: Cue, { maxNs, maxCharacters, pauseNs }: ChunkingRules): boolean {
  const { cues, startNs, endNs, length } = chunk;
  if (cue.speaker !== cues[0].speaker || cue.startNs - endNs >= pauseNs) return false;
  if (cue.endNs - startNs > maxNs || length + 1 + cue.text.length > maxCharacters) return false;
  const fullness = Math.max(Number(endNs - startNs) / Number(maxNs), length / maxCharacters);
  return !(fullness >= FULL_ENOUGH && SENTENCE_END.test(cues.at(-1)?.text ?? ''));
}

type Joined = Pick<TranscriptSegmentInput, 'startNs' | 'endNs' | 'text' | 'speaker' | 'confidence'>;

function joined({ cues, startNs, endNs }: Chunk): Joined {
  const confidences = cues.map(({ confidence }) => confidence).filter((confidence) => confidence !== null);
  return {
    startNs,
    endNs,
    text: cues.map(({ text }) => text).join(' '),
    speaker: cues[0].speaker,
    confidence: confidences.length === 0 ? null : confidences.reduce((sum, each) => sum + each, 0) / confidences.length,
  };
}

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
