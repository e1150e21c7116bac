import { randomUUID } from 'node:crypto';
import type { ClipFlow } from '../../../demo/clip.ts';
import type { AllocatedObject, FlowBody, SegmentBody, TamsClient } from '../../support/tams-client.ts';

/** A new flow of data segments, for tests that do not care what the media is. */
export const dataFlow = (): FlowBody => ({
  id: randomUUID(),
  source_id: randomUUID(),
  format: 'urn:x-nmos:format:data',
  codec: 'application/octet-stream',
  container: 'application/octet-stream',
  essence_parameters: {},
});

/** A new flow of one essence of the bundled clip. */
export function clipFlow(format: 'video' | 'audio', { segments: _, ...description }: ClipFlow): FlowBody {
  return { id: randomUUID(), source_id: randomUUID(), format: `urn:x-nmos:format:${format}`, ...description };
}

/** The time range of the second that begins at `start`. */
export const secondAt = (start: number): string => `[${start}:0_${start + 1}:0)`;

/** Creates the flow and allocates objects for it. Throws if the server refuses. */
export async function flowWithObjects(client: TamsClient, flow: FlowBody, count: number): Promise<AllocatedObject[]> {
  const created = await client.putFlow(flow);
  if (created.status !== 201) throw new Error(`PUT /flows/${flow.id} answered ${created.status}`);
  const allocated = await client.allocate(flow.id, { limit: count });
  if (allocated.status !== 201) throw new Error(`POST /flows/${flow.id}/storage answered ${allocated.status}`);
  return allocated.body.media_objects;
}

/** One segment of a second for each object, one after the other from `start` on. */
export const consecutive = (objects: readonly AllocatedObject[], start: number): SegmentBody[] =>
  objects.map(({ object_id }, index) => ({ object_id, timerange: secondAt(start + index) }));
