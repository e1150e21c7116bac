import { AppError } from '../../../shared/errors.ts';
import { answerCalls } from '../../../shared/worker-calls.ts';
import { parseSearchable, type SearchableTranscript, type TranscriptText } from '../rules/searchable-transcript.ts';

/** The answer of the thread that parses a transcript. Errors lose their class on the way. */
export type TranscriptRead = { readonly transcript: SearchableTranscript } | { readonly problem: string };

answerCalls((text: TranscriptText): TranscriptRead => {
  try {
    return { transcript: parseSearchable(text) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
});
