import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CursorCodec } from '../shared/cursor.ts';
import type { CursorPosition, JsonText, Page, PageRequest } from '../shared/paging.ts';
import { nextTurn } from '../shared/loop-turns.ts';
import { jsonList, sendHead, sendJson } from './send-json.ts';

/** `url` is the path and the query string as they came; `query` is after validation. */
type ListRequest = Pick<FastifyRequest, 'url' | 'protocol' | 'host'> & {
  readonly query: { readonly page?: string; readonly limit?: number };
};

interface Listing<Item> {
  /** Turns an item into JSON; by default an item is JSON already. */
  readonly show?: (item: Item) => object;
  /** Changes the text of an item that is JSON already. */
  readonly text?: (item: JsonText) => JsonText;
  /** `most` is for listings that have no pages in TAMS 7.0: their clients expect to see everything. */
  readonly byDefault?: 'some' | 'most';
  /** Whether the order is reversed, of listings that tell it, and how many items a page has. */
  readonly reverse?: boolean | undefined;
}

/** Characters of a page that are made in one turn, some two milliseconds. */
const TURN_LENGTH = 512 * 1024;

interface PagingLimits {
  readonly limitDefault: number;
  readonly limitMax: number;
  /** The bytes that a page may have now. */
  readonly maxBytes: () => number;
}

/** Keyset paging of every listing: `page` and `limit` in, `Link` and `X-Paging-*` out. */
export class Paging {
  readonly #cursors: CursorCodec;
  readonly #limits: PagingLimits;
  readonly #baseUrl: (request: ListRequest) => string;

  constructor(cursors: CursorCodec, limits: PagingLimits, baseUrl: (request: ListRequest) => string) {
    this.#cursors = cursors;
    this.#limits = limits;
    this.#baseUrl = baseUrl;
  }

  /** Answers a GET or HEAD with a page of a listing. */
  async send<Item extends object | JsonText, Reply extends Pick<FastifyReply, 'header' | 'send'>>(
    request: ListRequest & Pick<FastifyRequest, 'method'>,
    reply: Reply,
    list: (page: PageRequest) => Promise<Page<Item>>,
    { show, text = (item) => item, byDefault = 'some', reverse }: Listing<Item> = {},
  ): Promise<Reply> {
    const page = this.request(request, byDefault);
    const { items, next } = await list(page);
    this.setHeaders(request, reply, { limit: page.limit, next });
    if (reverse !== undefined) reply.header('x-paging-count', items.length).header('x-paging-reverse-order', reverse);
    if (request.method === 'HEAD') return sendHead(reply);
    const textOf = (item: Item): JsonText =>
      typeof item === 'string' ? text(item) : JSON.stringify(show?.(item) ?? item);
    return sendJson(reply, jsonList(await inTurns(items, textOf)));
  }

  /**
   * @throws AppError invalid_cursor where `page` is malformed or was made for another query
   */
  request(request: ListRequest, byDefault: Listing<never>['byDefault'] = 'some'): PageRequest {
    const { page, limit } = request.query;
    const { limitDefault, limitMax, maxBytes } = this.#limits;
    const asked = limit ?? (byDefault === 'some' ? limitDefault : limitMax);
    const bounds = { limit: Math.min(asked, limitMax), maxBytes: maxBytes() };
    if (page === undefined) return bounds;
    return { ...bounds, after: this.#cursors.decode(queryIdentity(request), page) };
  }

  /** Sets the headers that every listing has, and those of a next page where there is one. */
  setHeaders(
    request: ListRequest,
    reply: Pick<FastifyReply, 'header'>,
    page: { limit: number; next: CursorPosition | undefined },
  ): void {
    reply.header('x-paging-limit', page.limit);
    if (page.next === undefined) return;
    const key = this.#cursors.encode(queryIdentity(request), page.next);
    reply.header('x-paging-nextkey', key);
    reply.header('link', `<${this.#baseUrl(request)}${nextUrl(request.url, key)}>; rel="next"`);
  }
}

/** The texts of a page. Those of a large one are made in turns of the event loop of their own, as is what joins and sends them. */
async function inTurns<Item>(items: readonly Item[], textOf: (item: Item) => JsonText): Promise<JsonText[]> {
  const texts: JsonText[] = [];
  let length = 0;
  for (const item of items) {
    const text = textOf(item);
    texts.push(text);
    length += text.length;
    if (length < TURN_LENGTH) continue;
    length = 0;
    await nextTurn();
  }
  return texts;
}

/** The scope of a cursor: the path, and the parameters that the operation understood, in a fixed order. */
function queryIdentity(request: ListRequest): string {
  const query: Readonly<Record<string, unknown>> = { ...request.query };
  const parameters = Object.keys(query)
    .filter((name) => name !== 'page' && name !== 'limit')
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(String(query[name]))}`);
  return `${pathOf(request.url)}?${parameters.join('&')}`;
}

/** The same URL with another `page`, in characters that a Link header carries without quoting. */
function nextUrl(url: string, key: string): string {
  const path = pathOf(url);
  const parameters = url
    .slice(path.length + 1)
    .split('&')
    // Read as a query, since a client may write `p%61ge`.
    .filter((parameter) => parameter !== '' && !new URLSearchParams(parameter).has('page'));
  parameters.push(`page=${encodeURIComponent(key)}`);
  return `${path}?${parameters.join('&')}`.replace(/[,;<>"'\\^`{|}]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
