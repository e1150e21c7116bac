import type { TrashService } from './trash-service.ts';
import { operation } from '../../http/operation.ts';
import { conflict, json, notFound } from '../../http/schemas/responses.ts';
import { deletionParams, Purged } from './trash-schemas.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';

const description = 'It cannot be restored any more, and its media are reclaimed. Repeat it while anything remains.';

/** `DELETE /internal/deleted`: before its time. */
export function trashPurge(app: TamsApp, trash: TrashService): void {
  operation(app, {
    method: 'DELETE',
    url: '/internal/deleted',
    name: 'internal-deleted',
    tag: 'Operation',
    summary: 'Purge everything that was deleted',
    description,
    access: 'admin',
    schema: {},
    responses: { 200: json('What went.', Purged) },
    handler: async (_request, reply) => sendJson(reply, JSON.stringify(await trash.purge(undefined))),
  });

  operation(app, {
    method: 'DELETE',
    url: '/internal/deleted/:deletionId',
    name: 'internal-deleted-deletionId',
    tag: 'Operation',
    summary: 'Purge what one deletion took',
    description,
    access: 'admin',
    schema: { params: deletionParams },
    responses: { 200: json('What went.', Purged), 404: notFound, 409: conflict },
    handler: async (request, reply) => {
      const purged = await trash.purge(request.params.deletionId);
      return sendJson(reply, JSON.stringify(purged));
    },
  });
}
