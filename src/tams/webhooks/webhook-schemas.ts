import type { TProperties } from 'typebox';
import { Type } from '../../shared/type-builder.ts';
import { WEBHOOK_EVENTS } from './webhook.ts';
import { Uuid } from '../../http/schemas/common.ts';
import { ErrorSchema } from '../../http/schemas/responses.ts';

/** The properties of TAMS's `schemas/webhook.json` that every version has. */
export const webhookProperties = {
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

export const webhookError = Type.Optional(ErrorSchema);

/** A registration as answers have it. */
export const webhookSchema = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { title: 'Webhook', description: 'A registration, without its key.' });

/**
 * A registration in a request. Unknown properties are refused: they may be filters that this server does not have.
 *
 * @param description what is peculiar to the request
 */
export const webhookInputSchema = <Properties extends TProperties>(
  title: string,
  description: string,
  properties: Properties,
  more: object = {},
) =>
  Type.Object(
    {
      ...properties,
      api_key_value: Type.Optional(Type.String({ description: 'The key; it is never shown again.' })),
    },
    {
      title,
      description: `${description} Other properties are refused: they may be filters that this server does not have.`,
      additionalProperties: false,
      examples: [
        {
          url: 'https://receiver.example/tams-events',
          api_key_name: 'X-Api-Key',
          api_key_value: 'a secret of the receiver',
          events: ['flows/created', 'flows/segments_added'],
          ...more,
        },
      ],
    },
  );
