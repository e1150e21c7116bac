import type { Readable } from 'node:stream';
import type { Transcript } from '../../../formats/transcripts/transcript.ts';

/** What is to be transcribed, as it comes from its store. */
export interface SpokenMedium {
  /** Read to its end, or destroyed. */
  readonly body: Readable;
  /** Exactly what the body has. */
  readonly sizeBytes: number;
  /** With an extension: transcribers tell formats by it. */
  readonly fileName: string;
  readonly contentType: string;
}

/** Makes a transcript of a medium. */
export interface Transcriber {
  /** Names what transcribes, for the asset. */
  readonly engine: string;
  /** Rejects with JobError, or with the signal's reason. */
  transcribe(medium: SpokenMedium, signal: AbortSignal): Promise<Transcript>;
}
