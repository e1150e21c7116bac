import type { DeletionRequest } from './deletion-request.ts';
import { wholeSeconds } from '../../shared/time/shown-times.ts';

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
