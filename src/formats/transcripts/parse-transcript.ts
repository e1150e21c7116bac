import { readSrt, readWebVtt } from './webvtt-srt.ts';
import { readTranscriptJson } from './transcript-json.ts';
import { languageTag, malformed, type Transcript, type TranscriptFormat } from './transcript.ts';
import { readTtml } from './ttml.ts';

/** Days of speech. */
const MAX_CUES = 100_000;

const READERS: Readonly<Record<TranscriptFormat, (text: string) => Transcript>> = {
  json: readTranscriptJson,
  webvtt: readWebVtt,
  srt: readSrt,
  ttml: readTtml,
};

/**
 * Reads a transcript; cues without words are left out. It takes time and memory in proportion to the text, a second and
 * more for the longest.
 *
 * Throws AppError `invalid_request`, which names the problem.
 */
export function parseTranscript(text: string, format: TranscriptFormat): Transcript {
  // A byte order mark is no part of the text.
  const { language, cues } = READERS[format](text.replace(/^\uFEFF/, ''));
  const spoken = cues.filter((cue) => cue.text !== '');
  if (spoken.length > MAX_CUES) throw malformed(`has ${spoken.length} cues with words; ${MAX_CUES} are the most`);
  const tag = language === null ? null : (languageTag(language) ?? language);
  return {
    language: tag,
    cues: spoken.toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0)),
  };
}
