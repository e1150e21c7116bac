import { readOperation } from '../../http/operation.ts';
import { badQuery, json, notFound } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { formatTimestamp } from '../../shared/time/timestamp.ts';
import type { Asker } from '../../tams/access/by-classes.ts';
import { flowParams, sourceParams } from '../../tams/parameters.ts';
import { readTimerange } from '../../tams/timerange-query.ts';
import type { Span } from './timeline-rules.ts';
import { BUCKETS, timelineQuery, Timelines as TimelinesSchema } from './timeline-schemas.ts';
import type { Timelines, TimelineService } from './timeline-service.ts';

const description =
  'Where there is content, as fine as a screen can show it: the cost does not depend on how many segments there are. Flows that ' +
  'are collected have a timeline beside what collects them.';

/** Timelines as they are drawn. Beyond TAMS. */
export function timelineRoutes(app: TamsApp, of: (asker: Asker) => TimelineService): void {
  const responses = { 200: json('The timelines.', TimelinesSchema), 400: badQuery, 404: notFound };

  readOperation(app, {
    url: '/timeline/flows/:flowId',
    name: 'timeline-flows-flowId',
    tag: 'Timelines',
    summary: 'Draw the timeline of a flow',
    description,
    schema: { params: flowParams, querystring: timelineQuery },
    responses,
    handler: async (request, reply) => {
      const found = await of(request).ofFlow(request.params.flowId, ...asked(request.query));
      return sendJson(reply, JSON.stringify(toJson(found)));
    },
  });

  readOperation(app, {
    url: '/timeline/sources/:sourceId',
    name: 'timeline-sources-sourceId',
    tag: 'Timelines',
    summary: 'Draw the timelines of the flows of a source',
    description,
    schema: { params: sourceParams, querystring: timelineQuery },
    responses,
    handler: async (request, reply) => {
      const found = await of(request).ofSource(request.params.sourceId, ...asked(request.query));
      return sendJson(reply, JSON.stringify(toJson(found)));
    },
  });
}

const asked = (query: { timerange?: string; buckets?: number }): [TimeRange, number] => [
  readTimerange(query.timerange, TimeRange.EMPTY) ?? TimeRange.EVERYTHING,
  Math.min(query.buckets ?? BUCKETS.default, BUCKETS.max),
];

const toJson = ({ range, flows, isCut }: Timelines): object => ({
  timerange: rangeText(range),
  flows: flows.map(({ flowId, extent, coveredNs, segments, spans, areSegments, isExact }) => ({
    flow_id: flowId,
    extent: rangeText(extent),
    covered: formatTimestamp(coveredNs),
    ...(segments !== undefined && { segments: Number(segments) }),
    spans: spans.map(rangeText),
    kind: areSegments ? 'segments' : 'coverage',
    exact: isExact,
  })),
  more: isCut,
});

const rangeText = (span: Span | undefined): string | null =>
  span === undefined ? null : `[${formatTimestamp(span.startNs)}_${formatTimestamp(span.endNs)})`;
