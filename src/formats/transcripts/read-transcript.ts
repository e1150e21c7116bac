import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../shared/errors.ts';
import { parseTranscript } from './parse-transcript.ts';
import type { TranscriptRead, TranscriptText } from './transcript-thread.ts';
import type { Transcript, TranscriptFormat } from './transcript.ts';

/** Shorter texts take a few milliseconds, less than a thread needs to start. */
const LONG_CHARACTERS = 64 * 1024;
/** Trees of markup take many times their text. */
const THREAD_MEMORY_MIB = 1024;

// Beside this file, and compiled with it: sources run as they are, a build has .js files.
const threadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './transcript-thread.ts' : './transcript-thread.js',
  import.meta.url,
);

/** One at a time: a text has a limit, and so has the memory for reading it. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads a transcript as `parseTranscript` does, a long one on a thread of its own: parsing it would hold up everybody.
 *
 * Rejects with AppError `invalid_request` that says what is wrong with it.
 */
export async function readTranscript(text: string, format: TranscriptFormat): Promise<Transcript> {
  if (text.length <= LONG_CHARACTERS) return parseTranscript(text, format);
  const reading = last.then(() => readOnThread({ text, format }));
  last = reading.catch(() => undefined);
  const found = await reading;
  if ('transcript' in found) return found.transcript;
  throw new AppError('invalid_request', found.problem, { field: 'transcript' });
}

async function readOnThread(workerData: TranscriptText): Promise<TranscriptRead> {
  // Not the flags of the process: some of them (--input-type) are not for a thread that runs a file.
  const worker = new Worker(threadUrl, {
    name: 'transcript',
    execArgv: [],
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MIB },
  });
  try {
    const [found] = (await once(worker, 'message')) as [TranscriptRead];
    return found;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    return { problem: 'The transcript is too large to be read.' };
  } finally {
    await worker.terminate();
  }
}
