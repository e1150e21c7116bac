import type { Readable } from 'node:stream';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';

/** The medium to transcribe, as it comes from its store. */
export interface SpokenMedium {
  /** Read to its end, or destroyed. */
  readonly body: Readable;
  /** Exact length of the body. */
  readonly sizeBytes: number;
  /** A name with an extension: transcribers tell the format by it. */
  readonly fileName: string;
  readonly contentType: string;
}

/** Makes a transcript of a medium. */
export interface Transcriber {
  /** The name of the transcriber, for the asset. */
  readonly engine: string;
  /** Rejects with JobError, or with the signal's reason. */
  transcribe(medium: SpokenMedium, signal: AbortSignal): Promise<SearchableTranscript>;
}
