import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { SearchServices } from '../services/search-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';
import { jsonList, sendHead, sendJson } from '../../../http/send-json.ts';

/** What the routes of media search are given. */
export interface SearchContext extends Pick<RouteContext, 'paging' | 'baseUrl'> {
  /** Over what the request's principal may see and change. */
  readonly search: (request: Asker) => SearchServices;
}

type ListRequest = Pick<FastifyRequest, 'method' | 'url' | 'protocol' | 'host'> & { readonly query: object };
type Reply = Pick<FastifyReply, 'header' | 'send'>;

/** Sends a page of a listing, with the headers that lead to the next. */
export async function sendPage<Item>(
  { paging, baseUrl }: SearchContext,
  request: ListRequest,
  reply: Reply,
  list: (page: PageRequest) => Promise<Page<Item>>,
  toJson: (item: Item) => object,
): Promise<Reply> {
  const asked = { url: request.url, query: { ...request.query } };
  const page = paging.request(asked);
  const { items, next } = await list(page);
  paging.setHeaders(asked, reply, () => baseUrl(request), { limit: page.limit, next });
  if (request.method === 'HEAD') return sendHead(reply);
  return sendJson(reply, jsonList(items.map((item) => JSON.stringify(toJson(item)))));
}

/** Sends what was read; a HEAD without its body. */
export function sendRead(request: Pick<FastifyRequest, 'method'>, reply: Reply, value: object): Reply {
  return request.method === 'HEAD' ? sendHead(reply) : sendJson(reply, JSON.stringify(value));
}
