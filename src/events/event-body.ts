import type { LoggedEvent } from '../domain/event.ts';
import type { JsonText } from '../domain/paging.ts';
import type { SegmentParts, UrlFilter } from '../domain/segment.ts';
import type { PublicWebhook } from '../domain/webhook.ts';

/** Prints segments as a JSON array, with the URLs that the filter leaves. */
export type PrintSegments = (segments: readonly SegmentParts[], urls: UrlFilter) => JsonText;

/**
 * The body of a delivery (TAMS 7.0, `webhooks`), with `event_id` besides. URLs of segments are signed now, so they live
 * from now on.
 */
export function eventBody(event: LoggedEvent, webhook: PublicWebhook, print: PrintSegments): JsonText {
  const { id, time, type } = event;
  return `{"event_id":"${id}","event_timestamp":"${time}","event_type":"${type}","event":{${content(event, webhook, print)}}}`;
}

function content({ type, scope, payload }: LoggedEvent, webhook: PublicWebhook, print: PrintSegments): JsonText {
  switch (type) {
    case 'flows/created':
    case 'flows/updated':
      return `"flow":${payload}`;
    case 'flows/deleted':
      return `"flow_id":"${scope.flowId ?? ''}"`;
    case 'flows/segments_added':
      return `"flow_id":"${scope.flowId ?? ''}","segments":${print(unpackSegments(payload), urlsOf(webhook))}`;
    case 'flows/segments_deleted':
      return `"flow_id":"${scope.flowId ?? ''}","timerange":"${payload}"`;
    case 'sources/created':
    case 'sources/updated':
      return `"source":${payload}`;
    case 'sources/deleted':
      return `"source_id":"${scope.sourceId}"`;
  }
}

/** The payload of an event of added segments. */
export const packSegments = (segments: readonly SegmentParts[]): JsonText =>
  JSON.stringify(segments.map(({ fragment, locations, externalUrls }) => [fragment, locations, externalUrls]));

const unpackSegments = (payload: JsonText): SegmentParts[] =>
  (JSON.parse(payload) as [string, string | null, string | null][]).map(([fragment, locations, externalUrls]) => ({
    fragment,
    locations,
    externalUrls,
  }));

const urlsOf = (webhook: PublicWebhook): UrlFilter => ({
  ...(webhook.accept_get_urls && { labels: new Set(webhook.accept_get_urls) }),
  ...(webhook.accept_storage_ids && { storageIds: new Set(webhook.accept_storage_ids) }),
  ...(webhook.presigned !== undefined && { presigned: webhook.presigned }),
  verbose: webhook.verbose_storage ?? false,
});
