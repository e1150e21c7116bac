import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../shared/errors.ts';
import { parseTranscript } from './parse-transcript.ts';
import type { Transcript, TranscriptFormat } from './transcript.ts';

/** What the thread that reads a transcript is given, and what it answers: errors lose their class on the way. */
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
