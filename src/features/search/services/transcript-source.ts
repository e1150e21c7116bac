import type { Readable } from 'node:stream';
import { JobError } from '../rules/job.ts';
import type { ObjectBody } from '../../../media/media-store.ts';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';
import type { HttpTranscriber } from '../providers/http-transcriber.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileNameOf } from './media-kinds.ts';
import type { FoundSidecar, ObjectContent } from './object-content.ts';
import { readTranscript } from './read-transcript.ts';
import type { ObjectStorage } from '../repositories/object-storage.ts';

/** Days of speech: a longer file is no transcript. */
const SIDECAR_MAX_BYTES = 32 * 2 ** 20;

/** The object, or a transcript beside it, was replaced meanwhile. */
export class ContentChanged extends Error {}

interface MadeTranscript {
  readonly transcript: SearchableTranscript;
  /** Its origin, for the asset. */
  readonly engine: string;
}

/** Gets the transcript of a medium: from a file beside it or, without one, from the transcriber. */
export class TranscriptSource {
  readonly #storage: ObjectStorage;
  readonly #transcriber: HttpTranscriber | undefined;

  constructor(storage: ObjectStorage, transcriber: HttpTranscriber | undefined) {
    this.#storage = storage;
    this.#transcriber = transcriber;
  }

  /** Rejects with JobError, ContentChanged, and what the stores throw. */
  async make(bucket: string, key: string, content: ObjectContent, signal: AbortSignal): Promise<MadeTranscript> {
    const problems: string[] = [];
    for (const sidecar of content.sidecars) {
      try {
        return { transcript: await this.#read(bucket, sidecar), engine: `sidecar:${sidecar.format}` };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
        const problem = `${sidecar.key}: ${error.message}`;
        // JSON files beside media are often about something else.
        if (sidecar.format !== 'json') throw failure(problem, 'fix_object');
        problems.push(problem);
      }
    }
    if (this.#transcriber === undefined) {
      const [problem] = problems;
      if (problem !== undefined) throw failure(problem, 'fix_object');
      throw failure('There is no transcript beside the object, and SEARCH_TRANSCRIBER is none.', 'fix_configuration');
    }
    const { body, size } = await this.#open(bucket, key, content.objectEtag);
    const fileName = fileNameOf(key, content.mediumType);
    const medium = { body, sizeBytes: size, fileName, contentType: content.mediumType };
    return { transcript: await this.#transcriber.transcribe(medium, signal), engine: this.#transcriber.engine };
  }

  async #read(bucket: string, { key, format, etag }: FoundSidecar): Promise<SearchableTranscript> {
    const { body, size } = await this.#open(bucket, key, etag);
    if (size > SIDECAR_MAX_BYTES) {
      body.destroy();
      throw new AppError('invalid_request', `it has ${size} bytes; a transcript may have ${SIDECAR_MAX_BYTES}.`);
    }
    return readTranscript({ text: await textOf(body), format });
  }

  async #open(bucket: string, key: string, etag: string): Promise<ObjectBody> {
    const object = await this.#storage.get(bucket, key).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'not_found') throw new ContentChanged(`${key} is gone`);
      throw error;
    });
    if (object.etag === etag) return object;
    object.body.destroy();
    throw new ContentChanged(`${key} was replaced`);
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
