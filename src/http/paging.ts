import type { FastifyReply } from 'fastify';
import type { CursorPosition, PageRequest } from '../shared/paging.ts';
import type { CursorCodec } from '../shared/cursor.ts';

/** The query of a listing, after validation. */
type ListQuery = Readonly<Record<string, unknown>> & { page?: string; limit?: number };

interface ListRequest {
  /** The path and the query string, as they came. */
  readonly url: string;
  readonly query: ListQuery;
}

export interface PagingLimits {
  readonly limitDefault: number;
  readonly limitMax: number;
  /** What a page may have now. */
  readonly maxBytes: () => number;
}

/** Keyset paging of every listing: `page` and `limit` in, `Link` and `X-Paging-*` out. */
export class Paging {
  readonly #cursors: CursorCodec;
  readonly #limitDefault: number;
  readonly #limitMax: number;
  readonly #maxBytes: () => number;

  constructor(cursors: CursorCodec, limits: PagingLimits) {
    this.#cursors = cursors;
    this.#limitDefault = limits.limitDefault;
    this.#limitMax = limits.limitMax;
    this.#maxBytes = limits.maxBytes;
  }

  /**
   * `byDefault` is `most` for listings that TAMS 7.0 has no pages of: its clients expect to see all that there is.
   *
   * @throws AppError invalid_cursor where `page` is malformed or was made for another query
   */
  request(request: ListRequest, byDefault: 'some' | 'most' = 'some'): PageRequest {
    const { page, limit } = request.query;
    const asked = limit ?? (byDefault === 'some' ? this.#limitDefault : this.#limitMax);
    const applied = Math.min(asked, this.#limitMax);
    const bounds = { limit: applied, maxBytes: this.#maxBytes() };
    if (page === undefined) return bounds;
    return { ...bounds, after: this.#cursors.decode(queryIdentity(request), page) };
  }

  /** Sets the headers that every listing has, and those of a next page where there is one. */
  setHeaders(
    request: ListRequest,
    reply: Pick<FastifyReply, 'header'>,
    baseUrl: () => string,
    page: { limit: number; next: CursorPosition | undefined },
  ): void {
    reply.header('x-paging-limit', page.limit);
    if (page.next === undefined) return;
    const key = this.#cursors.encode(queryIdentity(request), page.next);
    reply.header('x-paging-nextkey', key);
    reply.header('link', `<${baseUrl()}${nextUrl(request.url, key)}>; rel="next"`);
  }
}

/** What a cursor belongs to: the path and all that the operation understood of the query, in a fixed order. */
function queryIdentity(request: ListRequest): string {
  const parameters = Object.keys(request.query)
    .filter((name) => name !== 'page' && name !== 'limit')
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(String(request.query[name]))}`);
  return `${pathOf(request.url)}?${parameters.join('&')}`;
}

/** The same URL with another `page`, in characters that a Link header carries without quoting. */
function nextUrl(url: string, key: string): string {
  const path = pathOf(url);
  const parameters = url
    .slice(path.length + 1)
    .split('&')
    .filter((parameter) => parameter !== '' && !/^page(=|$)/.test(parameter));
  parameters.push(`page=${encodeURIComponent(key)}`);
  return `${path}?${parameters.join('&')}`.replace(/[,;<>"'\\^`{|}]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
