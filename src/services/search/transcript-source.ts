import type { Readable } from 'node:stream';
import { JobError } from '../../domain/search/job.ts';
import type { ObjectStorage } from '../../domain/search/object-storage.ts';
import { readTranscript } from '../../search/transcript/read-transcript.ts';
import type { Transcriber } from '../../search/transcript/transcriber.ts';
import type { Transcript } from '../../search/transcript/transcript.ts';
import { AppError } from '../../shared/errors.ts';
import { fileNameOf, type Sidecar } from './media-kinds.ts';
import type { ObjectContent } from './object-content.ts';

/** Days of speech; what is longer is no transcript. */
const SIDECAR_MAX_BYTES = 32 * 2 ** 20;

/** The object is no longer the one that the job was for. */
export class ObjectChanged extends Error {}

export interface MadeTranscript {
  readonly transcript: Transcript;
  /** What made it, for the asset to name. */
  readonly engine: string;
}

/** Gets the transcript of a medium: from a file beside it or, without one, from the transcriber. */
export class TranscriptSource {
  readonly #storage: ObjectStorage;
  readonly #transcriber: Transcriber | undefined;

  constructor(storage: ObjectStorage, transcriber: Transcriber | undefined) {
    this.#storage = storage;
    this.#transcriber = transcriber;
  }

  /** Rejects with JobError, ObjectChanged, and what the stores throw. */
  async make(bucket: string, key: string, content: ObjectContent, signal: AbortSignal): Promise<MadeTranscript> {
    const problems: string[] = [];
    for (const sidecar of content.sidecars) {
      try {
        return { transcript: await this.#read(bucket, sidecar), engine: `sidecar:${sidecar.format}` };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
        const problem = `${sidecar.key}: ${error.message}`;
        // Many a JSON beside a medium is about something else.
        if (sidecar.format !== 'json') throw failure(problem, 'fix_object');
        problems.push(problem);
      }
    }
    if (this.#transcriber === undefined) {
      const [problem] = problems;
      if (problem !== undefined) throw failure(problem, 'fix_object');
      throw failure('There is no transcript beside the object, and SEARCH_TRANSCRIBER is none.', 'fix_configuration');
    }
    const { body, ...info } = await this.#storage.get(bucket, key);
    if (info.etag !== content.objectEtag) {
      body.destroy();
      throw new ObjectChanged('the object was replaced');
    }
    const fileName = fileNameOf(key, content.mediumType);
    const medium = { body, sizeBytes: info.size, fileName, contentType: content.mediumType };
    return { transcript: await this.#transcriber.transcribe(medium, signal), engine: this.#transcriber.engine };
  }

  async #read(bucket: string, { key, format }: Sidecar): Promise<Transcript> {
    const { body, size } = await this.#storage.get(bucket, key);
    if (size > SIDECAR_MAX_BYTES) {
      body.destroy();
      throw failure(`${key} has ${size} bytes; a transcript may have ${SIDECAR_MAX_BYTES}.`, 'fix_object');
    }
    return readTranscript(await textOf(body), format);
  }
}

const failure = (message: string, recommendedAction: 'fix_object' | 'fix_configuration'): JobError =>
  new JobError({ code: 'no_transcript', message, retryable: false, recommendedAction });

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  // A byte order mark is no part of the text.
  return new TextDecoder().decode(Buffer.concat(chunks));
}
