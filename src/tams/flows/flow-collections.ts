import { fromJson } from '../../shared/json-text.ts';
import type { FlowCollectionItem } from './flow.ts';
import type { Membership } from '../deletion/deletion.ts';
import { AppError } from '../../shared/errors.ts';
import { publishFlow } from '../webhooks/event-publishing.ts';
import { stampMetadata } from './flow-metadata.ts';
import type { StoreTransaction } from '../vast-store.ts';

/**
 * Throws `invalid_flow_collection` where a member does not exist, or collects the flow, directly or
 * through others. One query per level of the collection.
 */
export async function checkCollection(
  tx: StoreTransaction,
  flowId: string,
  items: readonly FlowCollectionItem[],
): Promise<void> {
  const memberIds = [...new Set(items.map(({ id }) => id))];
  if (memberIds.length === 0) return;
  if (memberIds.includes(flowId)) fail('a flow cannot collect itself');
  const existing = await tx.withRight('any').flows.existing(memberIds);
  const missing = memberIds.filter((id) => !existing.has(id));
  if (missing.length > 0) {
    // Members that the caller cannot see may stay, so that a flow can be put back as it was read.
    const present = new Set((await tx.collections.membersOf([flowId])).map(({ memberId }) => memberId));
    const unknown = missing.filter((id) => !present.has(id));
    if (unknown.length > 0) fail(`there is no flow ${unknown.join(', ')}`);
  }
  const within = await checkNoCircle(tx, flowId, memberIds);
  await tx.collections.hold([flowId, ...within]);
}

/** Returns all flows that the members collect, directly or through others. */
async function checkNoCircle(
  tx: StoreTransaction,
  flowId: string,
  memberIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const seen = new Set(memberIds);
  let level = [...memberIds];
  while (level.length > 0) {
    const below = (await tx.collections.membersOf(level)).map(({ memberId }) => memberId);
    if (below.includes(flowId)) fail(`a member of the collection collects flow ${flowId}, which would be a circle`);
    level = [...new Set(below)].filter((id) => !seen.has(id));
    for (const id of level) seen.add(id);
  }
  return seen;
}

function fail(problem: string): never {
  throw new AppError('invalid_flow_collection', `flow_collection: ${problem}`, { field: 'flow_collection' });
}

/**
 * Takes a deleted flow out of its collections: members must exist. Returns the places it had there. Throws
 * `flow_read_only` where one of them may not be changed.
 */
export async function leaveCollections(
  view: StoreTransaction,
  flowId: string,
  principal: string,
): Promise<Membership[]> {
  const { unlimited: tx } = view;
  await tx.collections.hold([flowId]);
  const collectors = new Set((await tx.collections.collectorsOf([flowId])).map((edge) => edge.flowId));
  const left: Membership[] = [];
  for (const id of collectors) {
    const [found, state] = [await tx.flows.find(id), await tx.flows.state(id)];
    if (found === undefined || state === undefined) continue;
    if (state.readOnly) throw await collectedByReadOnly(view, flowId, id);
    const present = fromJson(found.document);
    const flow = { ...present };
    flow.flow_collection = (present.flow_collection ?? []).filter((item, position) => {
      if (item.id === flowId) left.push({ flowId: id, position, item });
      return item.id !== flowId;
    });
    stampMetadata(flow, principal);
    await tx.flows.replace(state, present, flow);
    await publishFlow(tx, 'flows/updated', id, flow.source_id);
  }
  return left;
}

/** An error does not name a collection that the caller cannot see. */
async function collectedByReadOnly(view: StoreTransaction, flowId: string, collectorId: string): Promise<AppError> {
  const isVisible = (await view.withRight('read').flows.existing([collectorId])).size > 0;
  const by = isVisible
    ? `flow ${collectorId} collects it and is read-only; PUT false to the read_only of that one first`
    : 'a flow that you may not see collects it and is read-only';
  return new AppError('flow_read_only', `flow ${flowId} cannot be deleted: ${by}`);
}
