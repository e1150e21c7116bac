import { inheritedTags } from '../access/access-classes.ts';
import type { Flow } from '../flows/flow.ts';
import type { EventScope } from '../webhooks/event.ts';
import type { Deletion } from '../deletion/deletion.ts';
import { isOthers } from '../access/others-ids.ts';
import { AppError } from '../../shared/errors.ts';
import { now } from '../../shared/time/clock.ts';
import { publishDeletion } from '../webhooks/event-publishing.ts';
import type { StoreTransaction } from '../vast-store.ts';

/**
 * The first flow of a source makes it, and names it; later ones must be of its format. Returns whether it was made; its
 * event is published once the flow exists too. A flow that is in the source already stays, whoever changes it.
 */
export async function ensureSource(tx: StoreTransaction, flow: Flow, isInSource = false): Promise<boolean> {
  if (!isInSource && (await isOthers(tx, 'source', flow.source_id))) throw sourceNotFound(flow.source_id);
  const format = await tx.sources.format(flow.source_id);
  if (format === undefined) {
    const time = now();
    const { created_by: createdBy, updated_by: updatedBy, label, description } = flow;
    const tags = inheritedTags(flow.tags);
    await tx.sources.insert({
      id: flow.source_id,
      format: flow.format,
      ...(label !== undefined && { label }),
      ...(description !== undefined && { description }),
      created_by: createdBy,
      updated_by: updatedBy,
      created: time,
      updated: time,
      ...(tags && { tags }),
    });
  } else if (format !== flow.format) {
    throw new AppError(
      'invalid_flow',
      `body/format: source ${flow.source_id} is of format ${format}, and so must all of its flows be`,
      { field: 'format' },
    );
  }
  return format === undefined;
}

export const sourceNotFound = (id: string): AppError => new AppError('not_found', `there is no source ${id}`);

/**
 * Removes a source whose last flow is gone. `scope` is what it was before.
 */
export async function dropSourceWithoutFlows(
  tx: StoreTransaction,
  scope: EventScope,
  deletion: Deletion,
): Promise<void> {
  const { flowId: _, flowCollectedBy: __, flowClasses: ___, ...ofSource } = scope;
  const { sourceId } = ofSource;
  if (await tx.flows.hasFlows(sourceId)) return;
  for (const keeper of tx.subscribers.keepers) await keeper.keepSource(tx.rows, sourceId, deletion);
  await tx.sources.remove(sourceId);
  await publishDeletion(tx, 'sources/deleted', ofSource);
}
