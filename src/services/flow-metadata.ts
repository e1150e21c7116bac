import { randomUUID } from 'node:crypto';
import type { Flow, FlowInput } from '../domain/flow.ts';
import { now } from './clock.ts';

/** Marks a change of metadata that the server or a single-property request made. */
export function stampMetadata(flow: Flow, principal: string): void {
  flow.metadata_updated = now();
  flow.updated_by = principal;
  flow.metadata_version = randomUUID();
}

/**
 * The flow that `PUT /flows/{flowId}` leaves behind: the input as it came, and what the server
 * manages. A `metadata_version` that is the present one's, or absent, is replaced: the caller has
 * not versioned this change.
 */
export function flowToKeep(input: FlowInput, present: Flow | undefined, principal: string): Flow {
  const time = now();
  const versioned = input.metadata_version !== undefined && input.metadata_version !== present?.metadata_version;
  return {
    ...input,
    created: present?.created ?? time,
    metadata_updated: time,
    created_by: input.created_by ?? present?.created_by ?? principal,
    updated_by: input.updated_by ?? principal,
    metadata_version: versioned ? input.metadata_version : randomUUID(),
  };
}
