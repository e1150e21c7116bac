import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../shared/errors.ts';
import { parseSearchable, type SearchableTranscript, type TranscriptText } from '../rules/searchable-transcript.ts';

/** The answer of the thread that parses a transcript. Errors lose their class on the way. */
export type TranscriptRead = { readonly transcript: SearchableTranscript } | { readonly problem: string };

parentPort?.postMessage(read(workerData as TranscriptText));

function read(text: TranscriptText): TranscriptRead {
  try {
    return { transcript: parseSearchable(text) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
}
