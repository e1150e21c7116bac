import type { Readable } from 'node:stream';
import { languageTag } from '../../../formats/transcripts/language-tag.ts';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';
import { readTranscript } from '../services/read-transcript.ts';
import { AppError } from '../../../shared/errors.ts';
import { InferenceClient, type InferenceOptions } from './inference-client.ts';
import { multipartForm } from './multipart.ts';

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

  constructor(options: InferenceOptions) {
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
      { ...medium, name: 'file' },
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
