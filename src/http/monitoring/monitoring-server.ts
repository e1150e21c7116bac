import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { handleError } from '../error-handler.ts';
import { OWN_COMPILERS } from '../own-compilers.ts';
import { metricsRoutes, type MonitoringContext, probeRoutes } from './monitoring-routes.ts';

/** Enough connections for a scraper, a probe or two and a curious administrator; more would be a mistake. */
const MAX_CONNECTIONS = 100;

/**
 * Only the probes and the metrics, on a port of their own for the operators' network. It answers however many clients
 * crowd the API. Nobody signs in here.
 */
export async function buildMonitoringServer(
  readiness: MonitoringContext['readiness'],
  metrics: NonNullable<MonitoringContext['metrics']>,
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: 1,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    schemaController: OWN_COMPILERS,
  });
  app.setErrorHandler(handleError);
  app.server.maxConnections = MAX_CONNECTIONS;
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  probeRoutes(typed, readiness);
  metricsRoutes(typed, metrics, 'public');
  await app.ready();
  return app;
}
