import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { ExrServices } from '../services/exr-services.ts';
import type { Asker, RouteContext } from '../../../tams/route-context.ts';
import { sendHead, sendJson } from '../../../http/send-json.ts';

export interface ExrContext extends Pick<RouteContext, 'paging' | 'baseUrl'> {
  /** Over what the request's principal may see. */
  readonly exr: (request: Asker) => ExrServices;
}

type ListRequest = Pick<FastifyRequest, 'method' | 'url' | 'protocol' | 'host'> & { readonly query: object };

/** Answers a GET or HEAD with a page of a listing. */
export async function sendPage(
  { paging, baseUrl }: ExrContext,
  request: ListRequest,
  reply: Pick<FastifyReply, 'header' | 'send'>,
  list: (page: PageRequest) => Promise<Page<unknown>>,
): Promise<unknown> {
  const asked = { url: request.url, query: { ...request.query } };
  const page = paging.request(asked);
  const { items, next } = await list(page);
  paging.setHeaders(asked, reply, () => baseUrl(request), { limit: page.limit, next });
  return request.method === 'HEAD' ? sendHead(reply) : sendJson(reply, JSON.stringify(items));
}
