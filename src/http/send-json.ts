import type { FastifyReply } from 'fastify';
import type { JsonText } from '../domain/paging.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

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

/** A list of JSON texts as one. */
export function jsonList(items: readonly JsonText[]): JsonText {
  return `[${items.join(',')}]`;
}
