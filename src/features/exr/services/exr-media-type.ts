import { EXR_MEDIA_TYPE } from '../../../formats/exr/media-type.ts';
import type { MediaObject } from '../../../tams/objects/media-object.ts';
import { InspectionQueueRepository } from '../repositories/inspection-queue-repository.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';

export const isExrName = (name: string): boolean => name.toLowerCase().endsWith('.exr');

/** Whether to inspect an object of a flow: by the flow's container, or the object's name. */
const isExr = (container: string | null, { id, locations }: MediaObject): boolean =>
  locations.length > 0 && (container === EXR_MEDIA_TYPE || isExrName(id));

/** Queues the EXR objects of registered segments for inspection: one insert, or nothing. */
export async function queueInspections(
  rows: ManagedTransaction,
  flow: { readonly container: string | null },
  objects: readonly MediaObject[],
): Promise<void> {
  const ids = objects.filter((object) => isExr(flow.container, object)).map(({ id }) => id);
  if (ids.length > 0) await new InspectionQueueRepository(rows).add(ids, Date.now());
}
