import { AppError } from '../../shared/errors.ts';

/** A cue of a transcript, as in its file. Times are in nanoseconds from the start of the medium, half-open. */
export interface Cue {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly text: string;
  readonly speaker: string | null;
  /** 0 to 1. */
  readonly confidence: number | null;
}

export interface Transcript {
  /** As BCP 47, where the file says. */
  readonly language: string | null;
  /** In the order of their starts. */
  readonly cues: readonly Cue[];
}

export type TranscriptFormat = 'json' | 'webvtt' | 'srt' | 'ttml';

/** A problem of a transcript, and its place. */
export function malformed(problem: string): AppError {
  return new AppError('invalid_request', `The transcript ${problem}.`, { field: 'transcript' });
}
