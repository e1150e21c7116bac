import type { EventScope } from './event.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { SegmentParts } from '../segments/segment.ts';
import type { WebhookEvent } from './webhook.ts';
import {
  concerns,
  filtersByFlowCollectors,
  filtersBySourceCollectors,
  matches,
  needsClasses,
} from './delivery/event-filter.ts';
import { packSegments } from './delivery/event-body.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { showFlow } from '../flows/flow-text.ts';
import { inferRelations } from '../sources/source-relations.ts';
import { shownNow } from '../../shared/time/shown-times.ts';
import { showSource } from '../sources/source-text.ts';
import type { StoreTransaction } from '../vast-store.ts';

/**
 * Publishes the events of a change in its own transaction (docs/adr/0010-events-and-webhooks.md). If nobody asked for
 * an event, only the version of the registrations is read, and nothing is written. An event is stored unlimited, with
 * the classes that had access; these decide what limited registrations are sent.
 */

/** The filter values of events about a flow. Call it before a change that ends its collections. */
export async function flowScope(tx: StoreTransaction, flowId: string, sourceId: string): Promise<EventScope> {
  const registrations = await tx.outbox.registrations();
  if (registrations.length === 0) return { flowId, sourceId };
  const flowCollectedBy = registrations.some(filtersByFlowCollectors)
    ? (await tx.collections.collectorsOf([flowId])).map((edge) => edge.flowId)
    : undefined;
  const flowClasses = registrations.some((each) => needsClasses(each, 'flows'))
    ? await tx.unlimited.flows.accessOf(flowId)
    : undefined;
  return {
    ...(await sourceScope(tx, sourceId)),
    flowId,
    ...(flowCollectedBy && { flowCollectedBy }),
    ...(flowClasses !== undefined && { flowClasses }),
  };
}

/** The filter values of events about a source. Call it before a change that ends its collections. */
export async function sourceScope(tx: StoreTransaction, sourceId: string): Promise<EventScope> {
  const registrations = await tx.outbox.registrations();
  const sourceCollectedBy = registrations.some(filtersBySourceCollectors)
    ? ((await inferRelations(tx.unlimited, [sourceId])).get(sourceId)?.collected_by ?? [])
    : undefined;
  const sourceClasses = registrations.some((each) => needsClasses(each, 'sources'))
    ? await tx.unlimited.sources.accessOf(sourceId)
    : undefined;
  return {
    sourceId,
    ...(sourceCollectedBy && { sourceCollectedBy }),
    ...(sourceClasses !== undefined && { sourceClasses }),
  };
}

/** Call it after the change: the event has the flow's present state. */
export async function publishFlow(
  tx: StoreTransaction,
  type: 'flows/created' | 'flows/updated',
  flowId: string,
  sourceId: string,
): Promise<void> {
  await publishIfAsked(tx, type, { flowId, sourceId }, async () => {
    const flow = await tx.unlimited.flows.find(flowId);
    return flow === undefined ? [] : [showFlow(flow)];
  });
}

/** Call it after the change: the event has the source's present state. */
export async function publishSource(
  tx: StoreTransaction,
  type: 'sources/created' | 'sources/updated',
  sourceId: string,
): Promise<void> {
  await publishIfAsked(tx, type, { sourceId }, async () => {
    const { sources, flows, collections } = tx.unlimited;
    const source = await sources.find(sourceId);
    if (source === undefined) return [];
    return [showSource(source, (await inferRelations({ flows, collections }, [sourceId])).get(sourceId))];
  });
}

export async function publishDeletion(
  tx: StoreTransaction,
  type: 'flows/deleted' | 'sources/deleted',
  scope: EventScope,
): Promise<void> {
  await publish(tx, type, scope, () => ['']);
}

export async function publishSegmentsAdded(
  tx: StoreTransaction,
  flow: { readonly id: string; readonly sourceId: string },
  segments: readonly SegmentParts[],
): Promise<void> {
  const { id: flowId, sourceId } = flow;
  await publishIfAsked(tx, 'flows/segments_added', { flowId, sourceId }, () => packSegments(segments));
}

/** `timerange` begins with the first segment that was deleted and ends with the last. */
export async function publishSegmentsDeleted(
  tx: StoreTransaction,
  flow: { readonly id: string; readonly sourceId: string },
  timerange: TimeRange,
): Promise<void> {
  const { id: flowId, sourceId } = flow;
  await publishIfAsked(tx, 'flows/segments_deleted', { flowId, sourceId }, () => [timerange.toString()]);
}

/** The payloads of events: one each. */
type Payloads = () => readonly JsonText[] | Promise<readonly JsonText[]>;

/** Reads what registrations filter by only where one of them asks for the event. */
async function publishIfAsked(
  tx: StoreTransaction,
  type: WebhookEvent,
  subject: Pick<EventScope, 'flowId' | 'sourceId'>,
  payloads: Payloads,
): Promise<void> {
  if (!(await tx.outbox.registrations()).some(({ webhook }) => concerns(webhook, type, subject))) return;
  const { flowId, sourceId } = subject;
  const scope = flowId === undefined ? await sourceScope(tx, sourceId) : await flowScope(tx, flowId, sourceId);
  await publish(tx, type, scope, payloads);
}

async function publish(tx: StoreTransaction, type: WebhookEvent, scope: EventScope, payloads: Payloads): Promise<void> {
  if (!(await tx.outbox.registrations()).some((each) => matches(each, type, scope))) return;
  for (const payload of await payloads()) await tx.outbox.add({ type, scope, time: shownNow(), payload });
}
