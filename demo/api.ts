import type { Narrator } from './narrator.ts';

export interface Call {
  readonly method: string;
  /** A path of the API, or an absolute URL that the API gave. */
  readonly url: string;
  readonly json?: unknown;
  readonly content?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status that the answer must have. */
  readonly status: number;
  /** The meaning of the answer, for the reader; a call without it is not shown. */
  readonly meaning?: string;
}

/** A client of the API that tells of what it does. */
export class Api {
  readonly #baseUrl: string;
  readonly #narrator: Narrator;
  readonly #signal: AbortSignal;

  constructor(baseUrl: string, narrator: Narrator, signal: AbortSignal) {
    this.#baseUrl = baseUrl;
    this.#narrator = narrator;
    this.#signal = signal;
  }

  /** Makes a call whose answer is JSON; the answer is believed to be of the type that the caller names. */
  async json<Body>(call: Call): Promise<Body> {
    const response = await this.send(call);
    return (await response.json()) as Body;
  }

  /** Makes a call. Throws if the status is not the expected one. */
  async send(call: Call): Promise<Response> {
    const { method, url, json, content, status, meaning } = call;
    const response = await fetch(new URL(url, this.#baseUrl), {
      method,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...call.headers },
      body: json === undefined ? (content ?? null) : JSON.stringify(json),
      signal: this.#signal,
    });
    const requestLine = `${method} ${this.#shown(url)}`;
    if (response.status !== status) {
      throw new Error(`${requestLine} answered ${response.status}, not ${status}: ${await response.text()}`);
    }
    if (meaning !== undefined) this.#narrator.request(requestLine, status, meaning);
    return response;
  }

  /** The URL for a reader: without this server's address, unescaped, and without what makes signed URLs long. */
  #shown(url: string): string {
    const { origin, pathname, search } = new URL(url, this.#baseUrl);
    const [, first = '', ...others] = pathname.split('/');
    const path = others.length > 3 ? `/${first}/…/${others.at(-1) ?? ''}?…` : `${pathname}${search}`;
    return decodeURIComponent(origin === this.#baseUrl ? path : `${origin}${path}`);
  }
}
