import { authorization, type Credentials } from './credentials.ts';
import { get } from './get.ts';
import { type Exchange, resilientFetch } from './resilient-fetch.ts';
import type { AllocatedObject, FailedSegment, FlowBody, ListedSegment, SegmentBody } from './types.ts';

const PAGE_LIMIT = 1000;

interface Call {
  readonly json?: unknown;
  readonly expected: readonly number[];
}

/** A client of a TAMS server of version 7.0 or later, for programs that run for long: what may pass is tried again. */
export class TamsClient {
  readonly #baseUrl: URL;
  readonly #credentials: Credentials;

  /** `baseUrl` is the address of the API, with or without a path. */
  constructor(baseUrl: string, credentials: Credentials) {
    const url = URL.parse(baseUrl);
    if (url !== null && url.username + url.password !== '') {
      throw new Error('--url: a name and a password do not belong into it; see --user.');
    }
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      throw new Error(`--url: "${baseUrl}" is not an absolute http or https URL.`);
    }
    // Relative paths are resolved against it.
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    this.#baseUrl = url;
    this.#credentials = credentials;
  }

  get baseUrl(): string {
    return this.#baseUrl.href;
  }

  /** Asks whether the server is there and knows the caller. Returns the version of TAMS that it speaks, such as `8.2`. */
  async check(): Promise<string> {
    return this.#call('GET', 'service', { expected: [200] }, async (response) => {
      const { api_version: version } = (await response.json()) as { api_version?: unknown };
      return String(version);
    });
  }

  /** Undefined where there is no such flow. */
  async flow(id: string): Promise<FlowBody | undefined> {
    return this.#call('GET', `flows/${id}`, { expected: [200, 404] }, async (response) => {
      if (response.status === 200) return (await response.json()) as FlowBody;
      await response.arrayBuffer();
      return undefined;
    });
  }

  /** Makes the flow, or replaces its metadata. */
  async putFlow(flow: FlowBody): Promise<void> {
    await this.#call('PUT', `flows/${flow.id}`, { json: flow, expected: [201, 204] }, drain);
  }

  /** Storage for `count` new objects, at most 1,000. Unused storage expires by itself. */
  async allocate(flowId: string, count: number): Promise<readonly AllocatedObject[]> {
    const call = { json: { limit: count }, expected: [201] };
    return this.#call('POST', `flows/${flowId}/storage`, call, async (response) => {
      const { media_objects: objects } = (await response.json()) as { media_objects: AllocatedObject[] };
      return objects;
    });
  }

  /** Uploads the content of an object as the server said. */
  async upload({ put_url: { url, headers, ...rest } }: AllocatedObject, content: Blob): Promise<void> {
    const contentType = rest['content-type'];
    const target = new URL(url, this.#baseUrl);
    const exchange = {
      url: target,
      shown: `PUT ${target.pathname}`,
      method: 'PUT',
      headers: { ...this.#headersFor(target), ...headers, ...(contentType && { 'content-type': contentType }) },
      body: content,
      expected: [200, 201, 204],
    };
    await resilientFetch(exchange, drain);
  }

  /** Registers segments. Returns those that were refused, with the reasons. */
  async postSegments(flowId: string, segments: readonly SegmentBody[]): Promise<readonly FailedSegment[]> {
    const call = { json: segments, expected: [200, 201] };
    return this.#call('POST', `flows/${flowId}/segments`, call, async (response) => {
      const text = await response.text();
      if (response.status === 201 || text === '') return [];
      return (JSON.parse(text) as { failed_segments?: FailedSegment[] }).failed_segments ?? [];
    });
  }

  /**
   * The flow's segments that have a part in the range, in order of time, page by page as they are asked for; without
   * `urls` no URLs are made for them.
   */
  segments(flowId: string, timerange: string, { urls = true } = {}): AsyncGenerator<ListedSegment> {
    const query = new URLSearchParams({ limit: String(PAGE_LIMIT), timerange, ...(!urls && { accept_get_urls: '' }) });
    return this.#listed(`flows/${flowId}/segments?${query.toString()}`);
  }

  /** The storage backends of the server. */
  async storageBackends(): Promise<readonly { readonly id: string; readonly label?: string }[]> {
    return this.#call(
      'GET',
      'service/storage-backends',
      { expected: [200] },
      readJson<readonly { id: string; label?: string }[]>,
    );
  }

  /** Has keys of a storage backend adopted: they are planned, until `startAdoption`. */
  async adopt(request: object): Promise<AdoptionBody> {
    return this.#call('POST', 'internal/adoptions', { json: request, expected: [201] }, readJson<AdoptionBody>);
  }

  async adoption(id: string): Promise<AdoptionBody> {
    return this.#call('GET', `internal/adoptions/${id}`, { expected: [200] }, readJson<AdoptionBody>);
  }

  async startAdoption(id: string): Promise<AdoptionBody> {
    return this.#call('POST', `internal/adoptions/${id}/start`, { expected: [200] }, readJson<AdoptionBody>);
  }

  /** The keys of an adoption in one state, page by page as they are asked for. */
  adoptionKeys(id: string, state: string): AsyncGenerator<AdoptionKeyBody> {
    return this.#listed(`internal/adoptions/${id}/keys?state=${state}&limit=${PAGE_LIMIT}`);
  }

  /** Downloads what one of a segment's URLs leads to; `read` consumes the body, and may be called again after a failure. */
  async download<T>(url: string, read: (response: Response) => Promise<T>): Promise<T> {
    const target = new URL(url, this.#baseUrl);
    const exchange = { url: target, shown: `GET ${target.pathname}`, expected: [200] };
    return resilientFetch(exchange, read, () => get(target, (at) => this.#headersFor(at)));
  }

  /** The items of a listing, page by page. */
  async *#listed<Item>(path: string): AsyncGenerator<Item> {
    let next: string | undefined = path;
    while (next !== undefined) {
      const page: { items: Item[]; next: string | undefined } = await this.#call(
        'GET',
        next,
        { expected: [200] },
        async (response) => ({ items: (await response.json()) as Item[], next: nextLink(response) }),
      );
      yield* page.items;
      next = page.next;
    }
  }

  #call<T>(method: string, path: string, call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const url = new URL(path, this.#baseUrl);
    const shown = `${method} ${url.pathname}`;
    // A Link may lead anywhere, and credentials only where they belong.
    if (this.#credentials.scheme === 'url_token' && url.origin === this.#baseUrl.origin) {
      url.searchParams.set('access_token', this.#credentials.token);
    }
    const body = call.json === undefined ? undefined : JSON.stringify(call.json);
    const headers = { ...this.#headersFor(url), ...(body !== undefined && { 'content-type': 'application/json' }) };
    const exchange: Exchange = { url, shown, method, headers, body, expected: call.expected };
    return resilientFetch(exchange, read);
  }

  /** Clients send their credentials to URLs of the API's own origin, and to no others (TAMS 7.0, `get_urls`). */
  #headersFor(url: URL): Record<string, string> {
    return url.origin === this.#baseUrl.origin ? authorization(this.#credentials) : {};
  }
}

const readJson = async <Body>(response: Response): Promise<Body> => (await response.json()) as Body;

async function drain(response: Response): Promise<void> {
  await response.arrayBuffer();
}

/** The `next` of a Link header (RFC 8288). */
function nextLink(response: Response): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
}

/** Adoptions as the API shows them (`/internal/adoptions`). */
export interface AdoptionBody {
  readonly id: string;
  readonly state: 'listing' | 'probing' | 'planned' | 'adopting' | 'done' | 'failed';
  readonly follow: boolean;
  readonly error?: string;
  readonly keys: Readonly<Record<'listed' | 'planned' | 'adopted' | 'present' | 'refused' | 'missing', number>>;
  readonly bytes: number;
}

interface AdoptionKeyBody {
  readonly key: string;
  readonly state: string;
  readonly reason?: string;
  readonly flow_id?: string;
  readonly timerange?: string;
}
