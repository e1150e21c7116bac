import Type from 'typebox';
import { DateTime, Timerange, Uuid } from '../../http/schemas/common.ts';
import { ErrorSchema } from '../../http/schemas/error.ts';

/** TAMS 7.0, `schemas/deletion-request.json`. */
export const DeletionRequestSchema = Type.Object(
  {
    id: Uuid,
    flow_id: Uuid,
    timerange_to_delete: Timerange,
    timerange_remaining: Type.Optional(Timerange),
    delete_flow: Type.Boolean({ description: 'Whether the flow goes too, once its segments are gone.' }),
    created: Type.Optional(DateTime),
    created_by: Type.Optional(Type.String()),
    updated: Type.Optional(DateTime),
    expiry: Type.Optional(DateTime),
    status: Type.Enum(['created', 'started', 'done', 'error'], { type: 'string' }),
    error: Type.Optional(ErrorSchema),
  },
  { title: 'DeletionRequest' },
);
