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

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');

let tags: Map<string, string> | undefined;

/**
 * A language as BCP 47, in its one spelling (`en-GB`). Transcribers give its English name (`german`) or its code; null
 * for anything else.
 */
export function languageTag(name: string): string | null {
  tags ??= tagsByName();
  const known = tags.get(name.toLowerCase());
  if (known !== undefined) return known;
  try {
    return Intl.getCanonicalLocales(name)[0] ?? null;
  } catch {
    return null;
  }
}

function tagsByName(): Map<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const found = new Map<string, string>();
  for (const tag of LETTERS.flatMap((first) => LETTERS.map((second) => first + second))) {
    const name = names.of(tag)?.toLowerCase();
    // Withdrawn codes have the same name as those that replaced them.
    if (name !== undefined && Intl.getCanonicalLocales(tag)[0] === tag) found.set(name, tag);
  }
  return found;
}
