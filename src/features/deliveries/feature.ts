import type { Feature } from '../feature.ts';
import { Type } from '../../shared/type-builder.ts';
import { readOperation } from '../../http/operation.ts';
import { DateTime, Integer, PATTERNS, Uuid } from '../../http/schemas/common.ts';
import { json, notFound } from '../../http/schemas/responses.ts';
import { sendRead } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import type { TamsContext } from '../../tams/route-context.ts';
import { WEBHOOK_EVENTS } from '../../tams/webhooks/webhook.ts';

const Attempt = Type.Object(
  {
    event_id: Uuid,
    event_type: Type.Enum([...WEBHOOK_EVENTS], { type: 'string' }),
    time: DateTime,
    duration_ms: Integer({ minimum: 0 }),
    status: Type.Optional(Integer({ description: 'HTTP status of the answer; left out where none came.' })),
    error: Type.Optional(Type.String({ description: 'Why it failed; left out where it did not.' })),
  },
  { title: 'DeliveryAttempt', description: 'An attempt to deliver an event; an event that failed is tried again.' },
);

const deliveryParams = Type.Object({
  webhookId: Type.String({ pattern: PATTERNS.uuid.pattern, description: 'The id of the webhook.' }),
});

function deliveryRoutes(app: TamsApp, { services }: TamsContext): void {
  readOperation(app, {
    url: '/internal/webhooks/:webhookId/attempts',
    name: 'internal-webhooks-webhookId-attempts',
    tag: 'Operation',
    summary: 'List the last deliveries of a webhook',
    description:
      'The last 20 attempts, the latest first, without what was sent. They are written a little after they were made, and ' +
      'stay after a restart. They are shown to those who may see the webhook.',
    schema: { params: deliveryParams },
    responses: { 200: json('The attempts, the latest first.', Type.Array(Attempt)), 404: notFound },
    handler: async (request, reply) => {
      const attempts = await services(request).webhooks.attempts(request.params.webhookId, request.auth);
      return sendRead(request, reply, attempts);
    },
  });
}

/** The last deliveries of each webhook, for those who look why a receiver was not told. */
export const deliveries: Feature<undefined> = {
  settings: () => undefined,
  open: () => Promise.resolve({ routes: deliveryRoutes }),
};
