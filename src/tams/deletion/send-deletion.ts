import type { FastifyReply } from 'fastify';
import type { DeletionRequest } from './deletion-request.ts';
import { sendJson } from '../../http/send-json.ts';
import { deletionRequestJson } from './deletion-request-json.ts';

/** 204 where the deletion is done, else 202 with the request that tells of its progress. */
export function sendDeletion<Reply extends Pick<FastifyReply, 'code' | 'header' | 'send'>>(
  reply: Reply,
  request: DeletionRequest | undefined,
  baseUrl: () => string,
): Reply {
  if (request === undefined) {
    reply.code(204).send();
    return reply;
  }
  reply.code(202).header('location', `${baseUrl()}/flow-delete-requests/${request.id}`);
  return sendJson(reply, JSON.stringify(deletionRequestJson(request)));
}
