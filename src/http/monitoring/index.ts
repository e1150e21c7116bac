import type { TamsApp } from '../tams-app.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import type { MonitoringContext } from './monitoring-context.ts';
import { probeRoutes } from './probes.ts';

/** Routes for operators, beyond TAMS. */
export function monitoringRoutes(app: TamsApp, { readiness, metrics, health }: MonitoringContext): void {
  probeRoutes(app, readiness);
  healthRoutes(app, health);
  if (metrics !== undefined) metricsRoutes(app, metrics, 'admin');
}
