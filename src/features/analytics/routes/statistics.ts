import { formatTimestamp } from '../../../shared/time/timestamp.ts';
import { readOperation } from '../../../http/operation.ts';
import {
  AnomaliesSchema,
  CorrelationSchema,
  DistributionSchema,
  MovingAverageSchema,
  PercentilesSchema,
  SummarySchema,
  TopGroupsSchema,
  TrendSchema,
} from '../schemas/analytics.ts';
import {
  anomaliesQuery,
  correlationQuery,
  distributionQuery,
  movingAverageQuery,
  numbersQuery,
  topQuery,
  trendQuery,
} from '../schemas/analytics-parameters.ts';
import { badQuery, json } from '../../../http/schemas/responses.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import {
  type AnalyticsContext,
  defaultOf,
  readDuration,
  readLimit,
  readNumbers,
  readSeries,
  sendAnalysis,
} from './analytics-context.ts';

const tag = 'Analytics';
const THRESHOLD = '2.0';
/** Fractions of the percentiles in answers. */
const PERCENTILES = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

/** Statistics of a column over time. */
export function seriesRoutes(app: TamsApp, { of }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/series/moving-average',
    name: 'analytics-series-moving-average',
    tag,
    summary: 'Get the moving average of a number',
    description: 'The window of a row ends with it, and begins after the time that lies a window before it.',
    schema: { querystring: movingAverageQuery },
    responses: { 200: json('The averages.', MovingAverageSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const { window, limit, ...query } = request.query;
      const windowNs = readDuration(window);
      const asked = readSeries(compute, query);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.movingAverage(asked, windowNs, readLimit('points', limit), signal),
        ({ rows, points }) => ({
          rows,
          window: formatTimestamp(windowNs),
          points: points.map(({ time, value, average, inWindow }) => ({
            time: formatTimestamp(time),
            value,
            average,
            rows_in_window: inWindow,
          })),
        }),
      );
    },
  });

  readOperation(app, {
    url: '/analytics/series/anomalies',
    name: 'analytics-series-anomalies',
    tag,
    summary: 'List values that are far from the mean',
    description: '`threshold` says how many standard deviations are too far.',
    schema: { querystring: anomaliesQuery },
    responses: { 200: json('The anomalies, the greatest first.', AnomaliesSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const { threshold: text = THRESHOLD, limit, ...query } = request.query;
      const threshold = Number(text);
      const asked = readSeries(compute, query);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.anomalies(asked, threshold, readLimit('anomalies', limit), signal),
        ({ rows, mean, deviation, total, found }) => ({
          rows,
          mean,
          standard_deviation: deviation,
          threshold,
          total,
          anomalies: found.map(({ time, value, score }) => ({ time: formatTimestamp(time), value, z_score: score })),
        }),
      );
    },
  });

  readOperation(app, {
    url: '/analytics/series/trend',
    name: 'analytics-series-trend',
    tag,
    summary: 'Get the trend of a number',
    description: 'The straight line with the least squares, and the change from the first value to the last.',
    schema: { querystring: trendQuery },
    responses: { 200: json('The trend.', TrendSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readSeries(compute, request.query);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.trend(asked, signal),
        ({ slope, changePercent, ...trend }) => ({
          ...trend,
          slope_per_second: slope,
          change_percent: changePercent,
        }),
      );
    },
  });
}

/** Statistics of a column over all rows. */
export function aggregateRoutes(app: TamsApp, { of }: AnalyticsContext): void {
  readOperation(app, {
    url: '/analytics/aggregates/summary',
    name: 'analytics-aggregates-summary',
    tag,
    summary: 'Summarize a number',
    description: 'Count, mean, standard deviation, least, greatest and sum.',
    schema: { querystring: numbersQuery },
    responses: { 200: json('The summary.', SummarySchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readNumbers(compute, request.query);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.summary(asked, signal),
        ({ rows, nulls, mean, deviation, min, max, sum }) => ({
          rows,
          nulls,
          mean,
          standard_deviation: deviation,
          min: exactText(min),
          max: exactText(max),
          sum: exactText(sum),
        }),
      );
    },
  });

  readOperation(app, {
    url: '/analytics/aggregates/percentiles',
    name: 'analytics-aggregates-percentiles',
    tag,
    summary: 'Get the percentiles of a number',
    description: 'Between two values, in proportion.',
    schema: { querystring: numbersQuery },
    responses: { 200: json('The percentiles.', PercentilesSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readNumbers(compute, request.query);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.percentiles(asked, PERCENTILES, signal),
        ({ rows, values }) => ({
          rows,
          percentiles: Object.fromEntries(
            PERCENTILES.map((fraction, index) => [String(fraction * 100), values[index] ?? null]),
          ),
        }),
      );
    },
  });

  readOperation(app, {
    url: '/analytics/aggregates/correlation',
    name: 'analytics-aggregates-correlation',
    tag,
    summary: 'Get the correlation of two numbers',
    description: 'Two columns of the same rows: 1 if they grow together, -1 if one grows as the other shrinks.',
    schema: { querystring: correlationQuery },
    responses: { 200: json('The correlation.', CorrelationSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readNumbers(compute, request.query);
      const other = request.query.other ?? defaultOf(compute, asked.table, 'numbers', 1, 'other');
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.correlation(asked, other, signal),
        (found) => found,
      );
    },
  });

  readOperation(app, {
    url: '/analytics/aggregates/distribution',
    name: 'analytics-aggregates-distribution',
    tag,
    summary: 'Get the distribution of a number',
    description: 'How many values lie in each of several bins of one width.',
    schema: { querystring: distributionQuery },
    responses: {
      200: json('The bins; a single one where all values are the same.', DistributionSchema),
      400: badQuery,
    },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readNumbers(compute, request.query);
      const bins = readLimit('bins', request.query.bins);
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.distribution(asked, bins, signal),
        (found) => found,
      );
    },
  });

  readOperation(app, {
    url: '/analytics/aggregates/top',
    name: 'analytics-aggregates-top',
    tag,
    summary: 'Rank groups of rows by a number',
    description: 'Rows are grouped by a column; groups are ordered by one number of theirs.',
    schema: { querystring: topQuery },
    responses: { 200: json('The groups.', TopGroupsSchema), 400: badQuery },
    handler: (request, reply) => {
      const { compute } = of(request);
      const asked = readNumbers(compute, request.query);
      const { group_by: given, by = 'count', limit } = request.query;
      const group = given ?? defaultOf(compute, asked.table, 'groups', 0, 'group_by');
      return sendAnalysis(
        request,
        reply,
        (signal) => compute.top(asked, group, by, readLimit('groups', limit), signal),
        (found) => found,
      );
    },
  });
}

const exactText = (value: bigint | number | null): string | null => (value === null ? null : String(value));
