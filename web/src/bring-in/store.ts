import type { Client } from 'openapi-fetch';
import { TimeRange } from '../../../src/shared/time/timerange.ts';
import type { paths } from '../api/schema.d.ts';
import { texts } from '../texts/bring-in.ts';
import type { FlowDocument, SegmentDocument } from './tams-documents.ts';

/** An object that is allocated, and where its bytes go. */
export interface AllocatedObject {
  readonly objectId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RefusedSegment {
  readonly objectId: string;
  readonly why: string;
}

/** The media store took no upload. */
export class UploadRefused extends Error {
  /** 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** The parts of TAMS 8.2 that bringing in needs. Each throws what the client does: see `api/errors.ts`. */
export class Store {
  readonly #tams: Client<paths>;
  /** Where the server is: an upload's URL may be relative to it. */
  readonly #base: string;

  constructor(tams: Client<paths>, base: string) {
    this.#tams = tams;
    this.#base = base;
  }

  async flow(flowId: string, signal: AbortSignal): Promise<FlowDocument> {
    const { data } = await this.#tams.GET('/flows/{flowId}', { params: { path: { flowId } }, signal });
    return data as never;
  }

  async putFlow(flow: FlowDocument, signal: AbortSignal): Promise<void> {
    await this.#tams.PUT('/flows/{flowId}', { params: { path: { flowId: flow.id } }, body: flow as never, signal });
  }

  async allocate(flowId: string, count: number, signal: AbortSignal): Promise<readonly AllocatedObject[]> {
    const { data } = await this.#tams.POST('/flows/{flowId}/storage', {
      params: { path: { flowId } },
      body: { limit: count },
      signal,
    });
    return (data?.media_objects ?? []).map(({ object_id: objectId, put_url: put }) => ({
      objectId,
      url: new URL(put.url, this.#base).href,
      headers: { ...put.headers, ...(put['content-type'] !== undefined && { 'content-type': put['content-type'] }) },
    }));
  }

  /** The URL is signed: nothing of the session goes with it. @throws UploadRefused */
  async upload({ url, headers }: AllocatedObject, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const { host } = new URL(url);
    const sent = fetch(url, { method: 'PUT', headers, body: bytes, credentials: 'omit', signal });
    const response = await sent.catch((error: unknown) => {
      throw signal.aborted ? error : new UploadRefused(0, texts.uploadUnanswered(host), error);
    });
    await response.arrayBuffer();
    if (!response.ok) throw new UploadRefused(response.status, texts.uploadRefused(host, response.status));
  }

  /** Registers segments; those that the server refuses are returned. */
  async register(
    flowId: string,
    segments: readonly SegmentDocument[],
    signal: AbortSignal,
  ): Promise<readonly RefusedSegment[]> {
    const { data } = await this.#tams.POST('/flows/{flowId}/segments', {
      params: { path: { flowId } },
      body: [...segments] as never,
      signal,
    });
    const { failed_segments: failed = [] } = (data ?? {}) as {
      failed_segments?: { object_id: string; error?: { summary?: string } }[];
    };
    return failed.map(({ object_id: objectId, error }) => ({ objectId, why: error?.summary ?? texts.noReason }));
  }

  /** The timeranges of the flow's segments that have a part in the range. */
  async timerangesIn(flowId: string, timerange: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const timeranges = new Set<string>();
    let page: string | undefined;
    do {
      const { data, response } = await this.#tams.GET('/flows/{flowId}/segments', {
        params: { path: { flowId }, query: { timerange, limit: 1000, accept_get_urls: '', ...(page && { page }) } },
        signal,
      });
      for (const segment of data ?? []) timeranges.add(TimeRange.parse(segment.timerange).toString());
      page = response.headers.get('x-paging-nextkey') ?? undefined;
    } while (page !== undefined);
    return timeranges;
  }
}
