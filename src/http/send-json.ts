import type { FastifyReply, FastifyRequest } from 'fastify';
import { jsonListBytes } from '../shared/json-text.ts';
import type { JsonText } from '../shared/paging.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** In characters; smaller ones are quicker as strings. */
const LARGE = 64 * 1024;

/** Sends a JSON text, or its UTF-8 bytes, as it is: nothing is parsed or printed again. */
export function sendJson<Reply extends Pick<FastifyReply, 'header' | 'send'>>(
  reply: Reply,
  text: JsonText | Buffer,
): Reply {
  reply.header('content-type', JSON_TYPE);
  reply.send(text);
  return reply;
}

/** The answer to a HEAD: the headers of the GET, without the work of its body. */
export function sendHead<Reply extends Pick<FastifyReply, 'header' | 'send'>>(reply: Reply): Reply {
  reply.header('content-type', JSON_TYPE);
  reply.send();
  return reply;
}

/** Answers a GET with what was read, and a HEAD without its body. */
export function sendRead<Reply extends Pick<FastifyReply, 'header' | 'send'>>(
  request: Pick<FastifyRequest, 'method'>,
  reply: Reply,
  value: object,
): Reply {
  return request.method === 'HEAD' ? sendHead(reply) : sendJson(reply, JSON.stringify(value));
}

/** Joins JSON texts into one list. A large one is bytes: see `jsonListBytes`. */
export function jsonList(items: readonly JsonText[]): JsonText | Buffer {
  let length = items.length + 1;
  for (const item of items) length += item.length;
  return length < LARGE ? `[${items.join(',')}]` : jsonListBytes(items);
}
