import type { Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http';
import https, { type Agent as HttpsAgent } from 'node:https';
import { http } from '../../../shared/node-http.ts';
import type { AddressGuard } from '../../../shared/address-guard.ts';

/** Bytes of an answer that are read: enough to reuse the connection after an ordinary one. */
const ANSWER_MAX_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 30_000;
/** Characters of a reason, which is kept and shown: one may list all the names of a receiver's certificate. */
const REASON_MAX = 200;

interface Delivery {
  readonly url: URL;
  readonly eventId: string;
  readonly body: string;
  readonly apiKey: { readonly name: string; readonly value: string } | undefined;
}

/** The result of an attempt to deliver. */
export interface Outcome {
  /** The status of the answer, if there was one. */
  readonly status?: number;
  /** The reason of a failure, without secrets; undefined if the receiver answered with a 2xx. */
  readonly problem?: string;
}

interface SenderOptions {
  /** Time limit of a delivery, including the connection. */
  readonly timeoutMs: number;
  /** Most connections. */
  readonly sockets: number;
  readonly userAgent: string;
}

/** Posts events to one receiver, over connections that nobody else uses. */
export class WebhookSender {
  readonly #guard: AddressGuard;
  readonly #options: SenderOptions;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(guard: AddressGuard, options: SenderOptions) {
    this.#guard = guard;
    this.#options = options;
    const agentOptions = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets: options.sockets };
    this.#agents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) };
  }

  /** Never throws. */
  async send(delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
    const refusal = this.#guard.refusalOf(delivery.url);
    if (refusal !== undefined) return { problem: `its URL ${refusal}` };
    try {
      const status = await this.#post(delivery, signal);
      return status >= 200 && status < 300 ? { status } : { status, problem: `it answered with status ${status}` };
    } catch (error) {
      return { problem: reasonOf(error, this.#options.timeoutMs) };
    }
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #post({ url, eventId, body, apiKey }: Delivery, signal: AbortSignal): Promise<number> {
    const bytes = Buffer.from(body);
    const options: RequestOptions = {
      method: 'POST',
      lookup: this.#guard.lookup,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': bytes.length,
        'user-agent': this.#options.userAgent,
        'webhook-id': eventId,
        ...(apiKey && { [apiKey.name]: apiKey.value }),
      },
    };
    return new Promise((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: this.#agents.https })
          : http.request(url, { ...options, agent: this.#agents.http });
      const timer = setTimeout(() => request.destroy(new DeliveryTimeout()), this.#options.timeoutMs);
      request.on('error', reject);
      request.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the connection was closed'));
      });
      request.on('response', (response) => {
        readLittle(response);
        resolve(response.statusCode ?? 0);
      });
      request.end(bytes);
    });
  }
}

class DeliveryTimeout extends Error {}

/** A connection can be used again only when its answer was read; one that does not end is cut off. */
function readLittle(response: IncomingMessage): void {
  let bytes = 0;
  // The status decides the delivery: errors of the answer's body do not matter.
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) response.destroy();
  });
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof DeliveryTimeout) return `it did not answer within ${timeoutMs} ms`;
  // A name with several addresses fails with an error for each of them.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return (first instanceof Error ? first.message : String(first)).slice(0, REASON_MAX);
}
