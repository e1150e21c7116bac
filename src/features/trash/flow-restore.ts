import { fromJson } from '../../shared/json-text.ts';
import { trashOf } from './trash-repository.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import type { Membership } from '../../tams/deletion/deletion.ts';
import type { DeletedFlow } from './trash.ts';
import { AppError } from '../../shared/errors.ts';
import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { publishFlow, publishSource } from '../../tams/webhooks/event-publishing.ts';
import { checkCollection } from '../../tams/flows/flow-collections.ts';
import { stampMetadata } from '../../tams/flows/flow-metadata.ts';
import { ensureSource } from '../../tams/sources/source-lifecycle.ts';
import { deletionUnfinished } from './segment-restore.ts';
import type { StoreTransaction } from '../../tams/vast-store.ts';

/** Flows that a restored flow is no longer connected with: those it collected, and those that collected it. */
export interface LeftOut {
  readonly members: readonly string[];
  readonly collected_by: readonly string[];
}

const NOTHING: LeftOut = { members: [], collected_by: [] };

/**
 * Brings a flow back without its segments, in this transaction, or finds that this was done before and the restore of its
 * segments goes on.
 */
export async function restoreFlow(tx: StoreTransaction, deleted: DeletedFlow, principal: string): Promise<LeftOut> {
  const { id } = deleted;
  if ((await tx.flows.deletingState(id)) !== undefined) throw deletionUnfinished(`flow ${id} is still being deleted`);
  const present = await tx.flows.state(id);
  if (present !== undefined) {
    if (deleted.resumeNs !== null && present.life === deleted.life) return NOTHING;
    const remedy = 'DELETE that one, which an admin always may, and restore then';
    throw new AppError('id_in_use', `there is a flow ${id} again, beside which this one cannot come back; ${remedy}`);
  }
  const flow = fromJson(deleted.document);
  const members = await keepExistingMembers(tx, flow, principal);
  const isNewSource = await restoreSource(tx, flow, deleted.deletion.id);
  await tx.flows.insert(flow, deleted.life);
  await trashOf(tx).setResume(deleted.handle, INT64_MIN);
  if (isNewSource) await publishSource(tx, 'sources/created', flow.source_id);
  const collectors = await rejoinCollections(tx, id, deleted.memberships, principal);
  await publishFlow(tx, 'flows/created', id, flow.source_id);
  return { members, collected_by: collectors };
}

/** Takes out of the flow's collection what does not exist any more, and returns it. */
async function keepExistingMembers(tx: StoreTransaction, flow: Flow, principal: string): Promise<string[]> {
  const items = flow.flow_collection ?? [];
  const existing = await tx.flows.existing([...new Set(items.map(({ id }) => id))]);
  const kept = items.filter(({ id }) => existing.has(id));
  // Locks what the collection depends on, as a new flow with this collection would.
  await checkCollection(tx, flow.id, kept);
  if (kept.length === items.length) return [];
  flow.flow_collection = kept;
  stampMetadata(flow, principal);
  return [...new Set(items.map(({ id }) => id))].filter((id) => !existing.has(id));
}

/** The source that the flow had, if it is gone, or else a new one. Returns whether it is there only since now. */
async function restoreSource(tx: StoreTransaction, flow: Flow, deletionId: string): Promise<boolean> {
  const format = await tx.sources.format(flow.source_id);
  if (format !== undefined) {
    if (format === flow.format) return false;
    const remedy = 'DELETE the flows of that source, which an admin always may, and restore then';
    const problem = `source ${flow.source_id} is one of format ${format} now, not of the flow's; ${remedy}`;
    throw new AppError('id_in_use', problem);
  }
  const deleted = await trashOf(tx).findSources(flow.source_id);
  const source = deleted.find(({ deletion }) => deletion.id === deletionId) ?? deleted[0];
  if (source !== undefined) {
    const kept = fromJson(source.document);
    if (kept.format === flow.format) {
      await tx.sources.insert(kept);
      await trashOf(tx).removeSource(source.handle);
      return true;
    }
  }
  return ensureSource(tx, flow);
}

/** Gives the flow its places in the collections of others back. Returns those flows where that cannot be. */
async function rejoinCollections(
  tx: StoreTransaction,
  id: string,
  memberships: readonly Membership[],
  principal: string,
): Promise<string[]> {
  const leftOut: string[] = [];
  for (const [flowId, places] of Map.groupBy(memberships, (membership) => membership.flowId)) {
    if (!(await rejoin(tx, flowId, id, places, principal))) leftOut.push(flowId);
  }
  return leftOut;
}

async function rejoin(
  tx: StoreTransaction,
  collectorId: string,
  id: string,
  places: readonly Membership[],
  principal: string,
): Promise<boolean> {
  const [found, state] = [await tx.flows.find(collectorId), await tx.flows.state(collectorId)];
  // A restore does not change read-only flows either.
  if (found === undefined || state === undefined || state.readOnly) return false;
  if (!(await canCollect(tx, collectorId, id))) return false;
  const present = fromJson(found.document);
  const collection = [...(present.flow_collection ?? [])];
  for (const { position, item } of places) collection.splice(position, 0, item);
  const collector: Flow = { ...present, flow_collection: collection };
  stampMetadata(collector, principal);
  await tx.flows.replace(state, present, collector);
  await publishFlow(tx, 'flows/updated', collectorId, collector.source_id);
  return true;
}

async function canCollect(tx: StoreTransaction, collectorId: string, id: string): Promise<boolean> {
  try {
    await checkCollection(tx, collectorId, [{ id }]);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_flow_collection') return false;
    throw error;
  }
}
