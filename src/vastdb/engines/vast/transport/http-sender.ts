import type { Agent, IncomingMessage } from 'node:http';
import https from 'node:https';
import { http } from '../../../../shared/node-http.ts';
import { VastError } from './vast-error.ts';

/** How long an endpoint may take, in milliseconds. */
export interface Deadlines {
  readonly connectMs: number;
  /** Longest silence, before and within its answer. */
  readonly silenceMs: number;
  /** From the request to the end of its answer, without the time that the caller takes. */
  readonly wholeMs: number;
}

/** One try of a request, signed for this endpoint. */
export interface SignedRequest {
  readonly method: string;
  /** Escaped, with its parameters. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

const MAX_SOCKETS = 128;
const MAX_FREE_SOCKETS = 64;
/** An idle connection is closed after this, hopefully before the other side does it while we send. */
const IDLE_MS = 15_000;

/** Sends requests over connections that are kept. Unlike fetch, it sends a GET with a body. */
export class HttpSender {
  readonly #agents: Readonly<Record<string, Agent>>;

  constructor() {
    const options = {
      keepAlive: true,
      maxSockets: MAX_SOCKETS,
      maxFreeSockets: MAX_FREE_SOCKETS,
      scheduling: 'lifo',
      timeout: IDLE_MS,
    } as const;
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  /**
   * @param endpoint scheme, host and port.
   * @returns the answer when its head is there; its body is still to be read.
   * @throws VastError `unavailable` where no answer came in time; `mayBeDone` says whether the request
   * had been sent.
   */
  send(endpoint: URL, request: SignedRequest, deadlines: Deadlines, signal?: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method, path, headers, body } = request;
    const outgoing = (endpoint.protocol === 'https:' ? https : http).request({
      agent: this.#agents[endpoint.protocol],
      host: bare(endpoint.hostname),
      port: endpoint.port === '' ? undefined : endpoint.port,
      method,
      path,
      headers,
      signal,
    });
    let sent = false;
    let late: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = (ms: number, what: string): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = `${what} within ${Math.round(ms)} ms`;
        outgoing.destroy(new Error(late));
      }, ms);
    };
    const connected = (): void => {
      sent = true;
      limit(deadlines.silenceMs, 'did not answer');
    };
    limit(deadlines.wholeMs, 'had no free connection');
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) {
        connected();
        return;
      }
      limit(deadlines.connectMs, 'could not be connected to');
      socket.once(endpoint.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    outgoing.on('response', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    const failed = (what: string, cause?: Error): void => {
      clearTimeout(timer);
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const message = `${method} ${path}: ${endpoint.host} ${what}.`;
      reject(new VastError('unavailable', message, { mayBeDone: sent, cause }));
    };
    outgoing.on('error', (error) => {
      failed(late ?? `failed (${codeOf(error)})`, error);
    });
    // Unless it is listened to, neither an answer nor an error follows it.
    outgoing.on('upgrade', (_message, socket) => {
      socket.destroy();
      failed('changes the protocol instead of answering');
    });
    outgoing.end(body);
    return promise;
  }

  /** Closes the connections that are kept, and those in use. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

/** An IPv6 address stands in brackets in a URL, and without them everywhere else. */
const bare = (hostname: string): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
