import type { EventScope } from '../event.ts';
import type { PublicWebhook, Subscription, WebhookEvent } from '../webhook.ts';

/**
 * Whether a registration asks for an event (TAMS, `schemas/webhook.json`), and may be told of it. All of its filters
 * must let the event through. A filter of flows does not concern events about sources.
 */
export function matches({ webhook, classes }: Subscription, type: WebhookEvent, scope: EventScope): boolean {
  return concerns(webhook, type, scope) && collectorsMatch(webhook, scope) && isVisible(scope, classes);
}

/** Whether these classes gave access to the flow or source when the event was written; false if unknown. */
function isVisible({ flowId, flowClasses, sourceClasses }: EventScope, classes: Subscription['classes']): boolean {
  if (classes === undefined) return true;
  const given = flowId === undefined ? sourceClasses : flowClasses;
  return given === null || (given?.some((name) => classes.includes(name)) ?? false);
}

/** Whether a registration may ask for an event, before its collections are looked at. */
export function concerns(webhook: PublicWebhook, type: WebhookEvent, { flowId, sourceId }: EventScope): boolean {
  const { events, flow_ids: flowIds, source_ids: sourceIds } = webhook;
  if (!events.includes(type)) return false;
  if (sourceIds !== undefined && !sourceIds.includes(sourceId)) return false;
  return flowIds === undefined || flowId === undefined || flowIds.includes(flowId);
}

export const filtersByFlowCollectors = ({ webhook }: Subscription): boolean =>
  webhook.flow_collected_by_ids !== undefined;

export const filtersBySourceCollectors = ({ webhook }: Subscription): boolean =>
  webhook.source_collected_by_ids !== undefined;

/** Whether events of flows, or of sources, must carry the classes with access. */
export const needsClasses = ({ webhook, classes }: Subscription, of: 'flows' | 'sources'): boolean =>
  classes !== undefined && webhook.events.some((event) => event.startsWith(`${of}/`));

function collectorsMatch(webhook: PublicWebhook, scope: EventScope): boolean {
  const { flow_collected_by_ids: flows, source_collected_by_ids: sources } = webhook;
  if (flows !== undefined && scope.flowId !== undefined && !areWanted(flows, scope.flowCollectedBy)) return false;
  return sources === undefined || areWanted(sources, scope.sourceCollectedBy);
}

/** Collectors that nobody asked for when the event was written are unknown, and match nothing. */
function areWanted(wanted: readonly string[] | null, present: readonly string[] | undefined): boolean {
  if (wanted === null) return present?.length === 0;
  return present?.some((id) => wanted.includes(id)) ?? false;
}
