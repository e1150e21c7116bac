import type { TamsApp } from '../tams-app.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import type { OperationContext } from './operation-context.ts';
import { probeRoutes } from './probes.ts';

/** Routes for operators, beyond TAMS. */
export function operationRoutes(app: TamsApp, { readiness, metrics, health }: OperationContext): void {
  probeRoutes(app, readiness);
  healthRoutes(app, health);
  if (metrics !== undefined) metricsRoutes(app, metrics, 'admin');
}
