import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { http } from '../../../shared/node-http.ts';
import type { RecommendedAction } from '../rules/asset.ts';
import { JobError } from '../rules/job.ts';
import type { InferenceConfig } from '../search-settings.ts';

/** The purpose of a server. */
interface InferencePurpose {
  /** Its name for people, without a host: `embedding`. */
  readonly name: string;
  /** Kind of the JobErrors. */
  readonly failureCode: string;
}

interface InferenceRequest {
  /** `/v1/...` */
  readonly path: string;
  readonly contentType: string;
  /** Length of the body, in bytes: some servers require it. */
  readonly length: number;
  readonly body: Readable;
  readonly signal: AbortSignal;
}

/** Longest answer that is accepted: answers are texts about a medium. */
const ANSWER_MAX_BYTES = 64 * 2 ** 20;
/** Longest part of the server's explanation that is kept. */
const LOGGED_MAX = 200;

/**
 * Posts to a server of inference. Failures are JobErrors that say whether another attempt may help. Clients see their
 * messages, so these have neither the server's address nor its words; `detail` has both, for the log.
 */
export class InferenceClient {
  /** Its name in messages. */
  readonly service: string;
  readonly #options: InferenceConfig;
  readonly #failureCode: string;

  constructor(options: InferenceConfig, { name, failureCode }: InferencePurpose) {
    this.service = `the ${name} service (${options.model})`;
    this.#options = options;
    this.#failureCode = failureCode;
  }

  /** The body of the answer. Rejects with the signal's reason when that is aborted; the request's body is destroyed then. */
  async post({ path, contentType, length, body, signal }: InferenceRequest): Promise<string> {
    const url = new URL(this.#options.url + path);
    const { apiKey } = this.#options;
    const headers = {
      'content-type': contentType,
      'content-length': length,
      accept: 'application/json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    let status: number;
    let text: string;
    try {
      const send = url.protocol === 'https:' ? https.request : http.request;
      const request = send(url, { method: 'POST', headers, signal });
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        request.once('error', reject);
        // An answer that changes the protocol (101) has no other event.
        request.once('close', () => reject(new Error('the connection was closed')));
      });
      // A server may answer before it has read everything: the answer counts more than the broken upload.
      const sent = pipeline(body, request, { signal });
      const response = await Promise.race([answered, sent.then(() => answered)]);
      text = await this.#read(response);
      status = response.statusCode ?? 0;
      if (!body.readableEnded) body.destroy();
    } catch (error) {
      body.destroy();
      signal.throwIfAborted();
      if (error instanceof JobError) throw error;
      const detail = `${url.origin}: ${error instanceof Error ? error.message : String(error)}`;
      throw this.failure(`${this.service} cannot be reached${codeOf(error)}`, true, 'retry', detail);
    }
    if (status >= 200 && status < 300) return text;
    const retryable = status === 408 || status === 429 || status >= 500;
    const action = retryable ? 'retry' : actionAfter(status);
    throw this.failure(`${this.service} answered ${status}`, retryable, action, `${url.origin}: ${text}`);
  }

  /** `detail` is for the log alone. */
  failure(message: string, retryable: boolean, recommendedAction: RecommendedAction, detail?: string): JobError {
    const failure = { code: this.#failureCode, message, retryable, recommendedAction };
    return new JobError(failure, detail === undefined ? undefined : { detail: this.#redacted(detail) });
  }

  async #read(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > ANSWER_MAX_BYTES) {
        const problem = `sent an answer that is longer than ${ANSWER_MAX_BYTES} bytes`;
        throw this.failure(`${this.service} ${problem}`, false, 'fix_configuration');
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Servers repeat the key that they refuse. */
  #redacted(text: string): string {
    const { apiKey } = this.#options;
    const safe = apiKey === undefined ? text : text.replaceAll(apiKey, '[key]');
    return safe.replace(/\s+/g, ' ').slice(0, LOGGED_MAX);
  }
}

/** Such as ECONNREFUSED: the problem without the address. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? `: ${code}` : '';
}

/** The medium or the request is at fault. */
const actionAfter = (status: number): RecommendedAction =>
  status === 400 || status === 413 || status === 415 || status === 422 ? 'fix_object' : 'fix_configuration';
