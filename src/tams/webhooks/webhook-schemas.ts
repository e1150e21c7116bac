import Type from 'typebox';
import { WEBHOOK_EVENTS } from './webhook.ts';
import { Uuid } from '../../http/schemas/common.ts';
import { ErrorSchema } from '../../http/schemas/error.ts';

/** TAMS 7.0, `schemas/webhook*.json`. */

const common = {
  url: Type.String({ description: 'Where events are sent to.' }),
  api_key_name: Type.Optional(Type.String({ description: 'The header that carries the key.' })),
  events: Type.Array(Type.Enum([...WEBHOOK_EVENTS], { type: 'string' })),
  flow_ids: Type.Optional(Type.Array(Uuid)),
  source_ids: Type.Optional(Type.Array(Uuid)),
  flow_collected_by_ids: Type.Optional(Type.Array(Uuid)),
  source_collected_by_ids: Type.Optional(Type.Array(Uuid)),
  accept_get_urls: Type.Optional(Type.Array(Type.String())),
  accept_storage_ids: Type.Optional(Type.Array(Uuid)),
  presigned: Type.Optional(Type.Boolean()),
  verbose_storage: Type.Optional(Type.Boolean()),
};

const state = {
  status: Type.Optional(
    Type.Enum(['error'], {
      type: 'string',
      description: 'There while nothing could be delivered for too long, or what waits is as much as is kept.',
    }),
  ),
  error: Type.Optional(ErrorSchema),
};

export const WebhookSchema = Type.Object(
  { ...common, ...state },
  { title: 'Webhook', description: 'A registration, without its key.' },
);

export const WebhookInputSchema = Type.Object(
  {
    ...common,
    ...state,
    api_key_value: Type.Optional(Type.String({ description: 'The key; it is never shown again.' })),
  },
  {
    title: 'WebhookInput',
    description:
      'A registration. An empty list of events removes it. What a listing shows can be posted again: `status` and ' +
      '`error` are ignored. Other properties are refused: they may be filters that this server does not have.',
    additionalProperties: false,
    examples: [
      {
        url: 'https://receiver.example/tams-events',
        api_key_name: 'X-Api-Key',
        api_key_value: 'a secret of the receiver',
        events: ['flows/created', 'flows/segments_added'],
      },
    ],
  },
);
