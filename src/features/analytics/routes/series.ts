import { formatTimestamp } from '../../../shared/time/timestamp.ts';
import { readOperation } from '../../../http/operation.ts';
import { AnomaliesSchema, MovingAverageSchema, TrendSchema } from '../schemas/analytics.ts';
import { anomaliesQuery, movingAverageQuery, trendQuery } from '../schemas/analytics-parameters.ts';
import { badQuery, json } from '../../../http/schemas/responses.ts';
import type { TamsApp } from '../../../http/tams-app.ts';
import { type AnalyticsContext, readDuration, readLimit, readSeries, sendAnalysis } from './analytics-context.ts';

const tag = 'Analytics';
const THRESHOLD = '2.0';

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
      const service = of(request);
      const { window, limit, ...query } = request.query;
      const windowNs = readDuration(window);
      const asked = readSeries(service, query);
      return sendAnalysis(
        request,
        reply,
        (signal) => service.compute.movingAverage(asked, windowNs, readLimit('points', limit), signal),
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
      const service = of(request);
      const { threshold: text = THRESHOLD, limit, ...query } = request.query;
      const threshold = Number(text);
      const asked = readSeries(service, query);
      return sendAnalysis(
        request,
        reply,
        (signal) => service.compute.anomalies(asked, threshold, readLimit('anomalies', limit), signal),
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
      const service = of(request);
      const asked = readSeries(service, request.query);
      return sendAnalysis(
        request,
        reply,
        (signal) => service.compute.trend(asked, signal),
        ({ slope, changePercent, ...trend }) => ({
          ...trend,
          slope_per_second: slope,
          change_percent: changePercent,
        }),
      );
    },
  });
}
