import { Type } from '../../shared/type-builder.ts';
import { DateTime, Timerange, Uuid } from '../../http/schemas/common.ts';
import { ErrorSchema } from '../../http/schemas/error.ts';
import { wholeSeconds } from '../../shared/time/shown-times.ts';
import type { DeletionRequest } from './deletion-request.ts';

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

/** A deletion request as TAMS 7.0 prints it (`schemas/deletion-request.json`). */
export function deletionRequestJson(request: DeletionRequest): Record<string, unknown> {
  return {
    id: request.id,
    flow_id: request.flowId,
    timerange_to_delete: request.timerangeToDelete.toString(),
    timerange_remaining: request.timerangeRemaining.toString(),
    delete_flow: request.deleteFlow,
    created: wholeSeconds(request.created),
    created_by: request.createdBy,
    updated: wholeSeconds(request.updated),
    expiry: request.expiry && wholeSeconds(request.expiry),
    status: request.status,
    error: request.error && { ...request.error, time: wholeSeconds(request.error.time) },
  };
}
