import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { handleError } from './error-handler.ts';
import { probeRoutes } from './operation/probes.ts';
import { metricsRoutes } from './operation/metrics.ts';
import type { OperationContext } from './operation/operation-context.ts';

/** Connections that a scraper, a probe or two and a curious administrator need; the rest is a mistake. */
const MAX_CONNECTIONS = 100;

/**
 * The probes and the metrics alone, for a port of their own: one that is reached from the network of those who run the
 * server, and is answered however many clients crowd the API. Nobody signs in here.
 */
export async function buildOperationServer(
  readiness: OperationContext['readiness'],
  metrics: NonNullable<OperationContext['metrics']>,
): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, bodyLimit: 1, forceCloseConnections: true, exposeHeadRoutes: false });
  app.setErrorHandler(handleError);
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload));
  app.server.maxConnections = MAX_CONNECTIONS;
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  probeRoutes(typed, readiness);
  metricsRoutes(typed, metrics, 'public');
  await app.ready();
  return app;
}
