import type { TamsApp } from '../../../http/tams-app.ts';
import { aggregateRoutes } from './aggregates.ts';
import type { AnalyticsContext } from './analytics-context.ts';
import { catalogRoutes } from './catalog.ts';
import { exportRoute } from './export.ts';
import { performanceRoutes } from './performance.ts';
import { seriesRoutes } from './series.ts';
import { timelineRoutes } from './timelines.ts';

/** Statistics and exports of the store, beyond TAMS. */
export function analyticsRoutes(app: TamsApp, context: AnalyticsContext): void {
  catalogRoutes(app, context);
  timelineRoutes(app, context);
  seriesRoutes(app, context);
  aggregateRoutes(app, context);
  exportRoute(app, context);
  performanceRoutes(app, context);
}
