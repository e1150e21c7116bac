/** A flow as a client sends it. */
export interface FlowBody extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly source_id: string;
  readonly format: string;
}

export interface SegmentBody {
  readonly object_id: string;
  readonly timerange: string;
  readonly ts_offset?: string;
}

export interface Segment extends SegmentBody {
  readonly get_urls: readonly { readonly url: string; readonly label?: string }[];
}

export interface AllocatedObject {
  readonly object_id: string;
  readonly put_url: { readonly url: string; readonly 'content-type'?: string };
}

/** TAMS's error object. */
export interface ErrorBody {
  readonly type: string;
  readonly summary: string;
}

export interface FailedSegment {
  readonly object_id: string;
  readonly timerange: string;
  readonly error: ErrorBody;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A client of the API that believes nothing: every method tells what was answered, whatever it was. */
export class TamsClient {
  readonly baseUrl: string;

  /** `baseUrl` has no slash at its end. */
  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  /**
   * Sends a request with an optional JSON body. `path` is one of the API, or an absolute URL; an answer that is not
   * JSON has an undefined body. Rejects if the connection fails.
   */
  async request<Body = unknown>(method: string, path: string, json?: unknown): Promise<Answer<Body>> {
    const response = await fetch(new URL(path, this.baseUrl), {
      method,
      ...(json !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : undefined) as Body,
    };
  }

  async putFlow(flow: FlowBody): Promise<Answer<FlowBody>> {
    return this.request('PUT', `/flows/${flow.id}`, flow);
  }

  async getFlow(flowId: string): Promise<Answer<FlowBody>> {
    return this.request('GET', `/flows/${flowId}`);
  }

  async allocate(
    flowId: string,
    request: { readonly limit: number } | { readonly object_ids: readonly string[] },
  ): Promise<Answer<{ media_objects: AllocatedObject[] }>> {
    return this.request('POST', `/flows/${flowId}/storage`, request);
  }

  /** Uploads the content of an allocated object, as its `put_url` says. Returns the status. */
  async upload({ put_url }: AllocatedObject, content: Uint8Array<ArrayBuffer>): Promise<number> {
    const contentType = put_url['content-type'];
    const response = await fetch(put_url.url, {
      method: 'PUT',
      headers: contentType === undefined ? {} : { 'content-type': contentType },
      body: content,
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Registers one segment, or a list of them; the body is that of a refusal. */
  async postSegments(
    flowId: string,
    segments: SegmentBody | readonly SegmentBody[],
  ): Promise<Answer<(ErrorBody & { failed_segments?: FailedSegment[] }) | undefined>> {
    return this.request('POST', `/flows/${flowId}/segments`, segments);
  }

  /** All pages of the flow's segments that have a part in the range. Throws on any answer but 200. */
  async listSegments(flowId: string, timerange = '_'): Promise<Segment[]> {
    const segments: Segment[] = [];
    let next: string | undefined = `/flows/${flowId}/segments?limit=1000&timerange=${encodeURIComponent(timerange)}`;
    while (next !== undefined) {
      const page: Answer<Segment[]> = await this.request('GET', next);
      if (page.status !== 200) throw new Error(`GET ${next} answered ${page.status}: ${JSON.stringify(page.body)}`);
      segments.push(...page.body);
      next = /<([^>]+)>; *rel="?next"?/.exec(page.headers.get('link') ?? '')?.[1];
    }
    return segments;
  }

  /** Downloads what a signed URL leads to. */
  async download(url: string): Promise<Answer<Uint8Array>> {
    const response = await fetch(url);
    const body = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body };
  }

  /** Downloads the object of a segment from its first URL. */
  async downloadSegment({ get_urls, timerange }: Segment): Promise<Answer<Uint8Array>> {
    const url = get_urls[0]?.url;
    if (url === undefined) throw new Error(`The segment at ${timerange} has no URL.`);
    return this.download(url);
  }
}
