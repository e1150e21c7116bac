import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../shared/errors.ts';
import { parseTranscript } from './parse-transcript.ts';
import type { Transcript, TranscriptFormat } from './transcript.ts';

/** Messages to and from the thread that parses a transcript. Errors lose their class on the way. */
export interface TranscriptText {
  readonly text: string;
  readonly format: TranscriptFormat;
}
export type TranscriptRead = { readonly transcript: Transcript } | { readonly problem: string };

const { text, format } = workerData as TranscriptText;
parentPort?.postMessage(read());

function read(): TranscriptRead {
  try {
    return { transcript: parseTranscript(text, format) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
}
