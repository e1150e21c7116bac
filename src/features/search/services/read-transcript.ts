import { AppError } from '../../../shared/errors.ts';
import { WorkerThread } from '../../../shared/worker-calls.ts';
import type { SearchableTranscript, TranscriptText } from '../rules/searchable-transcript.ts';
import type { TranscriptRead } from './transcript-thread.ts';

/** Shorter texts take a few milliseconds, less than a thread needs to start. */
const LONG_CHARACTERS = 64 * 1024;
/** Markup trees take many times the memory of their text. */
const THREAD_MEMORY_MIB = 1024;

const program = new URL('./transcript-thread.ts', import.meta.url);

/** One at a time, which bounds the memory: each text is bounded. */
let last: Promise<unknown> = Promise.resolve();

/**
 * As `parseSearchable`, but long transcripts are parsed, cut and hashed on a thread of their own: they would delay all other
 * requests. The main thread takes over their segments, which are far fewer than their cues.
 *
 * Rejects with AppError `invalid_request`, which names the problem.
 */
export async function readTranscript(text: TranscriptText): Promise<SearchableTranscript> {
  if (text.text.length <= LONG_CHARACTERS) {
    // Servers that read no transcripts do not load the XML parser.
    const { parseSearchable } = await import('../rules/searchable-transcript.ts');
    return parseSearchable(text);
  }
  const reading = last.then(() => readOnThread(text));
  last = reading.catch(() => undefined);
  const found = await reading;
  if ('transcript' in found) return found.transcript;
  throw new AppError('invalid_request', found.problem, { field: 'transcript' });
}

async function readOnThread(text: TranscriptText): Promise<TranscriptRead> {
  const thread = new WorkerThread<TranscriptText, TranscriptRead>(program, {
    name: 'transcript',
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MIB },
    deathOf: (cause) => (cause instanceof Error ? cause : new Error('The thread that reads a transcript died.')),
  });
  try {
    return await thread.call(text);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    return { problem: 'The transcript is too large to be read.' };
  } finally {
    await thread.terminate();
  }
}
