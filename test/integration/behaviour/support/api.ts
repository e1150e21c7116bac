import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { videoFlow } from '../../../support/examples.ts';
import { call, type CallResult, nextLink } from '../../../support/http-client.ts';
import { atAnyTime } from '../../../support/either-version.ts';

export interface GetUrl {
  readonly url: string;
  readonly label?: string;
  readonly presigned?: boolean;
  readonly storage_id?: string;
  readonly controlled?: boolean;
}

export interface Segment {
  readonly object_id: string;
  readonly timerange: string;
  readonly get_urls?: readonly GetUrl[];
}

export interface Allocated {
  readonly object_id: string;
  readonly put_url: { readonly url: string; readonly 'content-type'?: string };
}

export interface Deletion {
  readonly id: string;
  readonly status: string;
  readonly timerange_to_delete: string;
  readonly timerange_remaining: string;
  readonly delete_flow: boolean;
  readonly expiry?: string;
}

export interface Refused {
  readonly object_id: string;
  readonly timerange: string;
  readonly error: { readonly type: string; readonly summary: string };
}

/** The API as these tests speak to it: what is answered is given back as it is, whatever it is. */
export class Api {
  readonly baseUrl: string;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  send(method: string, path: string, json?: unknown): Promise<CallResult> {
    const body = method === 'POST' && path.endsWith('/segments') ? atAnyTime(json) : json;
    return call(this.baseUrl, method, path, body === undefined ? {} : { json: body });
  }

  /** The body of a GET, which must be a 200. */
  async get<Body = unknown>(path: string): Promise<Body> {
    const result = await this.send('GET', path);
    if (result.status !== 200) throw new Error(`GET ${path} answered ${result.status}: ${result.text}`);
    return result.json as Body;
  }

  /** Sends a request that must succeed. */
  async must<Body = unknown>(method: string, path: string, json?: unknown): Promise<Body> {
    const result = await this.send(method, path, json);
    if (result.status >= 300) throw new Error(`${method} ${path} answered ${result.status}: ${result.text}`);
    return result.json as Body;
  }

  /** Creates a video flow, of a source of its own unless `more` names one. Returns its id. */
  async newFlow(more: Record<string, unknown> = {}): Promise<string> {
    const flow = videoFlow({ id: randomUUID(), source_id: randomUUID() }, more);
    await this.must('PUT', `/flows/${flow.id}`, flow);
    return flow.id;
  }

  /** Allocates objects for a flow. */
  async allocate(flowId: string, request: object = { limit: 1 }): Promise<Allocated[]> {
    const answer = await this.must<{ media_objects: Allocated[] }>('POST', `/flows/${flowId}/storage`, request);
    return answer.media_objects;
  }

  /** The id of one new object of a flow. */
  async newObject(flowId: string): Promise<string> {
    return firstOf(await this.allocate(flowId)).object_id;
  }

  postSegments(flowId: string, segments: object): Promise<CallResult> {
    return this.send('POST', `/flows/${flowId}/segments`, segments);
  }

  /** Fills a flow with segments of one second each, all of one object, in requests of 1,000. */
  async fill(flowId: string, count: number, from = 0): Promise<string> {
    const objectId = await this.newObject(flowId);
    for (let start = from; start < from + count; start += 1000) {
      const length = Math.min(1000, from + count - start);
      const segments = Array.from({ length }, (_, n) => ({ object_id: objectId, timerange: second(start + n) }));
      const { status, text } = await this.postSegments(flowId, segments);
      if (status !== 201) throw new Error(`the segments were answered with ${status}: ${text}`);
    }
    return objectId;
  }

  segments(flowId: string, query = ''): Promise<Segment[]> {
    return this.get(`/flows/${flowId}/segments?${query}`);
  }

  async timeranges(flowId: string, query = ''): Promise<string[]> {
    return (await this.segments(flowId, query)).map(({ timerange }) => timerange);
  }

  /** The pages of a listing, in order. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is listed
  async *pages<Item>(path: string): AsyncGenerator<{ items: Item[]; headers: Headers }> {
    let next: string | undefined = path;
    const asked = new Set<string>();
    while (next !== undefined) {
      if (asked.has(next)) throw new Error(`the page after ${next} is the page itself`);
      asked.add(next);
      const result: CallResult = await this.send('GET', next);
      if (result.status !== 200) throw new Error(`GET ${next} answered ${result.status}: ${result.text}`);
      yield { items: result.json as Item[], headers: result.headers };
      next = nextLink(result.headers);
    }
  }

  /** All items of a listing, page by page. */
  async all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of this.pages<Item>(path)) items.push(...page.items);
    return items;
  }

  async upload({ put_url: { url, 'content-type': type } }: Allocated, content: string): Promise<number> {
    const headers = type === undefined ? undefined : { 'content-type': type };
    return (await fetch(url, { method: 'PUT', body: content, ...(headers && { headers }) })).status;
  }

  deletion(id: string): Promise<Deletion> {
    return this.get(`/flow-delete-requests/${id}`);
  }

  /** The deletion request once it is done. */
  deletionDone(id: string): Promise<Deletion> {
    return until(async () => {
      const request = await this.deletion(id);
      return request.status === 'done' ? request : undefined;
    });
  }
}

/** `[n:0_n+1:0)` */
export const second = (n: number): string => `[${n}:0_${n + 1}:0)`;

export const typeOf = (result: CallResult): string => (result.json as { type: string }).type;
export const summaryOf = (result: CallResult): string => (result.json as { summary: string }).summary;
export const failedOf = (result: CallResult): Refused[] =>
  (result.json as { failed_segments: Refused[] }).failed_segments;

export function firstOf<Item>(items: readonly Item[]): Item {
  const [first] = items;
  if (first === undefined) throw new Error('The list is empty.');
  return first;
}

/** What `attempt` gives once it gives something. */
export async function until<T>(attempt: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`It did not happen within ${withinMs} ms.`);
    await sleep(20);
  }
}
