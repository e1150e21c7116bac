import type { EventScope } from '../domain/event.ts';
import type { PublicWebhook, WebhookEvent } from '../domain/webhook.ts';

/**
 * Whether a registration asks for an event (TAMS 7.0, `schemas/webhook.json`). All of its filters must let the event
 * through. A filter of flows does not concern events about sources.
 */
export function matches(webhook: PublicWebhook, type: WebhookEvent, scope: EventScope): boolean {
  return concerns(webhook, type, scope) && collectorsMatch(webhook, scope);
}

/** Whether a registration may ask for an event, before its collections are looked at. */
export function concerns(webhook: PublicWebhook, type: WebhookEvent, { flowId, sourceId }: EventScope): boolean {
  const { events, flow_ids: flowIds, source_ids: sourceIds } = webhook;
  if (!events.includes(type)) return false;
  if (sourceIds !== undefined && !sourceIds.includes(sourceId)) return false;
  return flowIds === undefined || flowId === undefined || flowIds.includes(flowId);
}

export const filtersByFlowCollectors = (webhook: PublicWebhook): boolean => webhook.flow_collected_by_ids !== undefined;

export const filtersBySourceCollectors = (webhook: PublicWebhook): boolean =>
  webhook.source_collected_by_ids !== undefined;

/** Collectors that nobody asked for when the event was written count as none. */
function collectorsMatch(webhook: PublicWebhook, scope: EventScope): boolean {
  const { flow_collected_by_ids: flows, source_collected_by_ids: sources } = webhook;
  if (flows !== undefined && scope.flowId !== undefined && !intersect(flows, scope.flowCollectedBy)) return false;
  return sources === undefined || intersect(sources, scope.sourceCollectedBy);
}

const intersect = (wanted: readonly string[], present: readonly string[] = []): boolean =>
  present.some((id) => wanted.includes(id));
