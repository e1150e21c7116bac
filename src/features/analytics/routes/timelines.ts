import type { Interval, Intervals, IntervalsFound, Rate } from '../../../vastdb/analytics/analysis-results.ts';
import { AppError } from '../../../shared/errors.ts';
import { TimeRange } from '../../../shared/time/timerange.ts';
import { formatTimestamp } from '../../../shared/time/timestamp.ts';
import { readOperation } from '../../../http/operation.ts';
import { IngestRateSchema, TimelineSchema } from '../schemas/analytics.ts';
import { rateQuery, timelineQuery } from '../schemas/analytics-parameters.ts';
import { flowParams } from '../../../tams/parameters.ts';
import { badQuery, json, notFound } from '../../../http/schemas/responses.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { readTimerange } from '../../../tams/timerange-query.ts';
import { type AnalyticsContext, readDuration, readFilter, readLimit, sendAnalysis } from './analytics-context.ts';

const tag = 'Analytics';

/** Durations, coverage and rates of timelines. */
export function timelineRoutes(app: TamsApp, { of }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/flows/:flowId/timeline',
    name: 'analytics-flows-flowId-timeline',
    tag,
    summary: 'Analyse the timeline of a flow',
    description:
      'Without a `timerange`, from the first to the last segment. Segments that lie in it in part are counted and ' +
      'measured as wholes; coverage, gaps and overlaps are of the range alone.',
    schema: { params: flowParams, querystring: timelineQuery },
    responses: { 200: json('The analysis.', TimelineSchema), 400: badQuery, 404: notFound },
    handler: async (request, reply) => {
      const { compute, flows } = of(request);
      const { flowId } = request.params;
      const range = readTimerange(request.query.timerange, TimeRange.EMPTY) ?? TimeRange.EVERYTHING;
      const limit = readLimit('intervals', request.query.limit);
      if ((await flows.segmentsVersion(flowId)) === undefined) {
        throw new AppError('not_found', 'There is no flow of this id');
      }
      return sendAnalysis(request, reply, (signal) => compute.timeline(flowId, range, limit, signal), timelineJson);
    },
  });

  readOperation(app, {
    url: '/analytics/ingest-rate',
    name: 'analytics-ingest-rate',
    tag,
    summary: 'Count segments, flows or sources over time',
    description:
      'Segments by the time on the timeline at which they start: when they were registered is not kept. Flows and ' +
      'sources by the time at which they were made.',
    schema: { querystring: rateQuery },
    responses: { 200: json('The rate.', IngestRateSchema), 400: badQuery },
    handler: (request, reply) => {
      const { of: what = 'segments', bucket, group_by: groupBy, limit, ...filter } = request.query;
      const bucketNs = readDuration(bucket);
      const query = {
        of: what,
        bucketNs,
        groupBy,
        filter: readFilter(filter),
        limit: readLimit('buckets', limit),
      };
      return sendAnalysis(
        request,
        reply,
        (signal) => of(request).compute.ingestRate(query, signal),
        (rate) => rateJson(rate, bucketNs, what === 'segments'),
      );
    },
  });
}

function timelineJson({ count, lengths, extent, covered, gaps, overlaps }: IntervalsFound): object {
  return {
    timerange: extent === null ? null : rangeText(extent),
    segments: count,
    durations:
      lengths === null
        ? null
        : {
            min: formatTimestamp(lengths.min),
            max: formatTimestamp(lengths.max),
            mean: formatTimestamp(lengths.mean),
            total: formatTimestamp(lengths.total),
          },
    covered: formatTimestamp(covered),
    coverage: extent === null ? null : Number(covered) / Number(extent.end - extent.start),
    gaps: intervalsJson(gaps),
    overlaps: intervalsJson(overlaps),
  };
}

const intervalsJson = ({ total, length, first }: Intervals): object => ({
  count: total,
  duration: formatTimestamp(length),
  first: first.map(rangeText),
});

const rangeText = ({ start, end }: Interval): string => `[${formatTimestamp(start)}_${formatTimestamp(end)})`;

function rateJson({ buckets, cut }: Rate, bucketNs: bigint, hasDurations: boolean): object {
  return {
    bucket: formatTimestamp(bucketNs),
    buckets: buckets.map(({ start, group, count, sum }) => ({
      timerange: rangeText({ start, end: start + bucketNs }),
      group,
      count,
      per_second: count / (Number(bucketNs) / 1e9),
      ...(hasDurations && { duration: formatTimestamp(sum) }),
    })),
    more: cut,
  };
}
