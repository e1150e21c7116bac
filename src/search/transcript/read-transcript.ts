import { languageTag } from '../language-tag.ts';
import { readSrt } from './srt.ts';
import { readTranscriptJson } from './transcript-json.ts';
import type { Transcript, TranscriptFormat } from './transcript.ts';
import { readTtml } from './ttml.ts';
import { readWebVtt } from './webvtt.ts';

const READERS: Readonly<Record<TranscriptFormat, (text: string) => Transcript>> = {
  json: readTranscriptJson,
  webvtt: readWebVtt,
  srt: readSrt,
  ttml: readTtml,
};

/**
 * Reads a transcript; cues without words are left out.
 *
 * Throws AppError `invalid_request` that says what is wrong with it.
 */
export function readTranscript(text: string, format: TranscriptFormat): Transcript {
  // A byte order mark is no part of the text.
  const { language, cues } = READERS[format](text.replace(/^\uFEFF/, ''));
  const spoken = cues.filter((cue) => cue.text !== '');
  const tag = language === null ? null : (languageTag(language) ?? language);
  return {
    language: tag,
    cues: spoken.toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0)),
  };
}
