import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Flow, FlowInput } from './flow.ts';
import { now } from '../../shared/time/clock.ts';

/** Marks a change of metadata that the server or a single-property request made. */
export function stampMetadata(flow: Flow, principal: string): void {
  flow.metadata_updated = now();
  flow.updated_by = principal;
  flow.metadata_version = randomUUID();
}

/**
 * The flow that `PUT /flows/{flowId}` leaves behind: the input as it came, and what the server
 * manages. A `metadata_version` that is absent, or the present one's with other metadata, is replaced:
 * the caller has not versioned this change.
 */
export function flowToKeep(input: FlowInput, present: Flow | undefined, principal: string): Flow {
  const time = now();
  const { metadata_version: version } = input;
  const isVersioned = version !== undefined && (version !== present?.metadata_version || repeats(input, present));
  return {
    ...input,
    created: present?.created ?? time,
    metadata_updated: time,
    created_by: input.created_by ?? present?.created_by ?? principal,
    updated_by: input.updated_by ?? principal,
    metadata_version: isVersioned ? version : randomUUID(),
  };
}

/** Whether a request changes nothing, as a repeated one does, or a repeated synchronization. */
function repeats(input: FlowInput, present: Flow): boolean {
  const { created: _, metadata_updated: __, ...kept } = present;
  return isDeepStrictEqual({ created_by: kept.created_by, updated_by: kept.updated_by, ...input }, kept);
}
