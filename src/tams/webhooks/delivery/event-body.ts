import type { LoggedEvent } from '../event.ts';
import type { JsonText } from '../../../shared/paging.ts';
import type { InitParts, SegmentDetails, SegmentParts, UrlFilter } from '../../segments/segment.ts';
import type { PublicWebhook, Subscription } from '../webhook.ts';

/** How events show flows, sources and segments to clients of one version of the API. */
export interface EventForm {
  /** @param text as services print a flow */
  readonly flow: (text: JsonText) => JsonText;
  readonly source: (text: JsonText) => JsonText;
  /** Details of segments. @param objectTimerange whether the webhook asks for the timeranges of objects */
  readonly segmentDetails: (objectTimerange: boolean) => SegmentDetails;
}

/** Prints segments as a JSON array, with the URLs that the filter leaves. */
type PrintSegments = (segments: readonly SegmentParts[], urls: UrlFilter, details: SegmentDetails) => JsonText;

/**
 * The body of a delivery (TAMS, `webhooks`), with `event_id` besides. URLs of segments are signed now, so they live
 * from now on.
 */
export function eventBody(
  event: LoggedEvent,
  subscription: Subscription,
  form: EventForm,
  print: PrintSegments,
): JsonText {
  const { id, time, type } = event;
  const told = content(event, subscription, form, print);
  return `{"event_id":"${id}","event_timestamp":"${time}","event_type":"${type}","event":{${told}}}`;
}

function content(
  { type, scope, payload }: LoggedEvent,
  { webhook, classes }: Subscription,
  form: EventForm,
  print: PrintSegments,
): JsonText {
  const shown = (): JsonText => (classes === undefined ? payload : withoutInferred(payload));
  switch (type) {
    case 'flows/created':
    case 'flows/updated':
      return `"flow":${form.flow(shown())}`;
    case 'flows/deleted':
      return `"flow_id":"${scope.flowId ?? ''}"`;
    case 'flows/segments_added': {
      const details = form.segmentDetails(webhook.include_object_timerange === true);
      const segments = print(unpackSegments(payload), urlsOf(webhook), details);
      return `"flow_id":"${scope.flowId ?? ''}","segments":${segments}`;
    }
    case 'flows/segments_deleted':
      return `"flow_id":"${scope.flowId ?? ''}","timerange":"${payload}"`;
    case 'sources/created':
    case 'sources/updated':
      return `"source":${form.source(shown())}`;
    case 'sources/deleted':
      return `"source_id":"${scope.sourceId}"`;
  }
}

/** Inferred properties name flows and sources that a limited registration may not see, so they are left out. */
function withoutInferred(payload: JsonText): JsonText {
  // A payload is of the kind that the event's name says: here the document of a flow or a source.
  const { collected_by: _, source_collection: __, ...rest } = JSON.parse(payload) as Record<string, unknown>;
  return JSON.stringify(rest);
}

/** Longer lists of segments become several events: engines bound the size of a cell. */
const PAYLOAD_MAX_BYTES = 120_000;

/** The payloads of events of added segments, in order. One is longer only where a single segment is. */
export function packSegments(segments: readonly SegmentParts[]): JsonText[] {
  const payloads: JsonText[][] = [];
  let room = 0;
  for (const { fragment, locations, externalUrls, init, objectTimerange } of segments) {
    const packed = JSON.stringify([fragment, locations, externalUrls, init, objectTimerange]);
    const bytes = Buffer.byteLength(packed) + 1;
    if (bytes > room) {
      payloads.push([]);
      room = PAYLOAD_MAX_BYTES;
    }
    payloads.at(-1)?.push(packed);
    room -= bytes;
  }
  return payloads.map((parts) => `[${parts.join(',')}]`);
}

/** @param payload one of `packSegments` */
const unpackSegments = (payload: JsonText): SegmentParts[] =>
  // Written by `packSegments`: payloads of other events are other texts.
  (JSON.parse(payload) as PackedSegment[]).map(([fragment, locations, externalUrls, init, objectTimerange]) => ({
    fragment,
    locations,
    externalUrls,
    init: init ?? undefined,
    objectTimerange: objectTimerange ?? undefined,
  }));

/** Events that were logged by an older server have the first three alone. */
type PackedSegment = [
  fragment: string,
  locations: string | null,
  externalUrls: SegmentParts['externalUrls'],
  init?: InitParts | null,
  objectTimerange?: string | null,
];

const urlsOf = (webhook: PublicWebhook): UrlFilter => ({
  ...(webhook.accept_get_urls && { labels: new Set(webhook.accept_get_urls) }),
  ...(webhook.accept_storage_ids && { storageIds: new Set(webhook.accept_storage_ids) }),
  ...(webhook.presigned !== undefined && { presigned: webhook.presigned }),
  verbose: webhook.verbose_storage ?? false,
});
