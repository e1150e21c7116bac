import { Type } from '../../../shared/type-builder.ts';
import { PATTERNS, Uuid } from '../../../http/schemas/common.ts';
import { compileBody, type Validate } from '../../../http/validation/body-validator.ts';
import type { Tags } from '../../documents/tags.ts';
import { pagingParameters, reverseOrder, tagFilters } from '../../parameters.ts';
import { webhookError, webhookInputSchema, webhookProperties, webhookSchema } from '../../webhooks/webhook-schemas.ts';
import { tags } from './documents.ts';

/** TAMS 8.2, `schemas/webhook*.json`. */

const collectedBy = (what: string) =>
  Type.Optional(
    Type.Array(Uuid, {
      description: `Only of ${what} that any of these collects; of those that nothing collects where it is empty.`,
    }),
  );

const properties = {
  ...webhookProperties,
  flow_collected_by_ids: collectedBy('flows'),
  source_collected_by_ids: collectedBy('sources'),
  include_object_timerange: Type.Optional(
    Type.Boolean({ description: 'Whether events of segments tell the timerange of each object.' }),
  ),
  tags: Type.Optional(Type.Unsafe<Tags>(tags.all)),
};

export const shownWebhook = webhookSchema({
  id: Uuid,
  ...properties,
  status: Type.Enum(['created', 'started', 'disabled', 'error'], {
    type: 'string',
    description:
      '`started` while events are sent; `disabled` where a client said so; `error` while nothing could be delivered for ' +
      'too long, or what waits is as much as is kept.',
  }),
  error: webhookError,
});

const statusGiven = Type.Enum(['created', 'disabled'], {
  type: 'string',
  description: '`created` starts it, also again; a `disabled` one is told of nothing, also later.',
});

export const newWebhook = webhookInputSchema('WebhookInput', 'A registration, of its own whatever others there are.', {
  ...properties,
  status: Type.Optional(statusGiven),
});

export const changedWebhook = webhookInputSchema(
  'WebhookChange',
  'A registration as it is to be. A property that is left out is removed, but for `api_key_value`, which stays. ' +
    '`error` is ignored.',
  { id: Uuid, ...properties, status: statusGiven, error: webhookError },
  { id: '6f1f2a3b-7c8d-4e9f-8a0b-1c2d3e4f5a6b', status: 'created' },
);

/** Whether a body is that of a POST or of a PUT. */
export const validateWebhook: Validate = (body) => {
  const result = compileBody(newWebhook)(body);
  return 'error' in result ? compileBody(changedWebhook)(body) : result;
};

export const webhookParams = Type.Object({
  webhookId: Type.String({ pattern: PATTERNS.uuid.pattern, description: 'The id of the webhook.' }),
});

export const webhookListQuery = Type.Object({ ...tagFilters, reverse_order: reverseOrder, ...pagingParameters });
