import { Readable } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { languageTag } from '../../../formats/transcripts/transcript.ts';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';
import { readTranscript } from '../services/read-transcript.ts';
import { AppError } from '../../../shared/errors.ts';
import type { InferenceConfig } from '../search-settings.ts';
import { InferenceClient } from './inference-client.ts';

/** The medium to transcribe, as it comes from its store. */
interface SpokenMedium {
  /** Read to its end, or destroyed. */
  readonly body: Readable;
  /** Exact length of the body. */
  readonly sizeBytes: number;
  /** A name with an extension: transcribers tell the format by it. */
  readonly fileName: string;
  readonly contentType: string;
}

/** Transcripts by `POST {url}/v1/audio/transcriptions`, OpenAI's API, which servers of Whisper speak too. */
export class HttpTranscriber {
  /** The name of the transcriber, for the asset. */
  readonly engine: string;
  readonly #model: string;
  readonly #client: InferenceClient;

  constructor(options: InferenceConfig) {
    this.engine = options.model;
    this.#model = options.model;
    this.#client = new InferenceClient(options, { name: 'transcription', failureCode: 'transcription_failed' });
  }

  /**
   * The medium is sent as it is read. The caller sets the time limit: no two media are alike.
   *
   * Rejects with JobError, or with the signal's reason.
   */
  async transcribe(medium: SpokenMedium, signal: AbortSignal): Promise<SearchableTranscript> {
    const form = multipartForm(
      { model: this.#model, response_format: 'verbose_json', 'timestamp_granularities[]': 'segment' },
      medium,
    );
    const answer = await this.#client.post({ path: '/v1/audio/transcriptions', signal, ...form });
    const transcript = await this.#read(answer);
    const { language } = transcript;
    return { ...transcript, language: language === null ? null : languageTag(language) };
  }

  async #read(answer: string): Promise<SearchableTranscript> {
    try {
      return await readTranscript({ text: answer, format: 'json' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const message = `${this.#client.service} made no transcript with times: ${error.message}`;
      throw this.#client.failure(message, false, 'fix_configuration');
    }
  }
}

interface MultipartBody {
  readonly contentType: string;
  readonly length: number;
  readonly body: Readable;
}

/**
 * A form with the file `file`, as a stream of known length (RFC 7578): the file comes last, and is passed on as it is read.
 * `FormData` would need it in memory, or hide its length.
 */
function multipartForm(fields: Readonly<Record<string, string>>, file: SpokenMedium): MultipartBody {
  const boundary = `form-${randomUUID()}`;
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  const { fileName, contentType, sizeBytes } = file;
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(fileName)}"`;
  const head = Buffer.from(`${parts.join('')}${opening}\r\nContent-Type: ${contentType}\r\n\r\n`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const body = Readable.from(joined(head, file.body, tail), { objectMode: false });
  // A stream that is abandoned before it began never reaches the generator's `finally`.
  body.once('close', () => file.body.destroy());
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + sizeBytes + tail.length,
    body,
  };
}

async function* joined(head: Buffer, body: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  yield tail;
}

/** Escapes as browsers do. */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
