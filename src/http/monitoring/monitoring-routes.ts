import Fastify, { LogController } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Type } from '../../shared/type-builder.ts';
import type { RequestMetrics } from '../../operation/metrics/request-metrics.ts';
import type { Siblings } from '../../operation/siblings.ts';
import type { Readiness } from '../../operation/readiness.ts';
import type { OtlpTracing } from '../../operation/otlp-tracing.ts';
import { readOperation } from '../operation.ts';
import type { RequiredScope } from '../plugins/authentication.ts';
import type { RequestLimits } from '../plugins/request-guard.ts';
import { requestIdGenerator } from '../plugins/request-id.ts';
import { Dictionary } from '../schemas/common.ts';
import { json } from '../schemas/responses.ts';
import { sendJson } from '../send-json.ts';
import type { TamsApp } from '../tams-app.ts';
import { handleError } from '../error-handler.ts';
import { OWN_COMPILERS } from '../own-compilers.ts';

/** All metrics as Prometheus reads them. */
interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface ServerLimits extends RequestLimits {
  readonly keepAliveTimeoutMs: number;
  /** Requests per second of one client; 0: any number. */
  readonly ratePerS: number;
}

/** Inputs to the routes for operators. */
export interface MonitoringContext {
  readonly limits: ServerLimits;
  /** Counts requests of clients over several processes. Undefined: there is one. */
  readonly counter?: Siblings['counter'];
  readonly requestMetrics: RequestMetrics;
  readonly readiness: Readiness;
  /** Undefined where they have a port of their own. */
  readonly metrics: MetricsText | undefined;
  /** The JSON document of `/health`. */
  readonly health: () => Promise<object>;
  /** Undefined: nothing is traced. */
  readonly tracing: OtlpTracing | undefined;
}

/** Routes for operators, beyond TAMS. */
export function monitoringRoutes(app: TamsApp, { readiness, metrics, health }: MonitoringContext): void {
  probeRoutes(app, readiness);
  healthRoutes(app, health);
  if (metrics !== undefined) metricsRoutes(app, metrics, 'admin');
}

const ALIVE = JSON.stringify({ status: 'ok' });

const ReadinessSchema = Type.Object({
  status: Type.Enum(['ok', 'failing']),
  checks: Dictionary(Type.Enum(['ok', 'failing']), { description: 'Checks by name.' }),
});

/** For whoever starts, restarts and balances servers. They are public, and so tell no reasons. */
function probeRoutes(app: TamsApp, readiness: Readiness): void {
  readOperation(app, {
    url: '/livez',
    name: 'livez',
    tag: 'Operation',
    summary: 'Check that the process is alive',
    description: 'When there is no answer, the process should be started again.',
    access: 'public',
    traffic: 'probe',
    schema: {},
    responses: { 200: json('It is.', Type.Object({ status: Type.Literal('ok') })) },
    handler: (_request, reply) => sendJson(reply, ALIVE),
  });

  readOperation(app, {
    url: '/readyz',
    name: 'readyz',
    tag: 'Operation',
    summary: 'Check that requests should be sent here',
    description: 'Looks at the tables, the media stores and the workers. A server that is stopping is not ready.',
    access: 'public',
    traffic: 'probe',
    schema: {},
    responses: {
      200: json('They should.', ReadinessSchema),
      503: json('They should not; `checks` says what fails.', ReadinessSchema),
    },
    handler: async (_request, reply) => {
      const { ready, failures } = await readiness.check();
      const checks = Object.fromEntries(
        Object.entries(failures).map(([name, failure]) => [name, failure === undefined ? 'ok' : 'failing']),
      );
      void reply.code(ready ? 200 : 503);
      return sendJson(reply, JSON.stringify({ status: ready ? 'ok' : 'failing', checks }));
    },
  });
}

/** The state of all parts, with reasons: for administrators. */
function healthRoutes(app: TamsApp, health: () => Promise<object>): void {
  readOperation(app, {
    url: '/health',
    name: 'health',
    tag: 'Operation',
    summary: 'Get the health of the server in detail',
    description: 'For people; programs read `/readyz` and `/metrics`, and the form of this may change.',
    access: 'admin',
    traffic: 'probe',
    schema: {},
    responses: { 200: json('How it is, well or not.', Type.Object({}, { additionalProperties: true })) },
    handler: async (_request, reply) => sendJson(reply, JSON.stringify(await health())),
  });
}

/** All metrics, in the text format of Prometheus. */
function metricsRoutes(app: TamsApp, metrics: MetricsText, access: RequiredScope): void {
  readOperation(app, {
    url: '/metrics',
    name: 'metrics',
    tag: 'Operation',
    summary: 'Get metrics for Prometheus',
    description: 'In its text format. With `METRICS_PORT`, they are served on that port instead, without credentials.',
    access,
    traffic: 'probe',
    schema: {},
    responses: {
      200: {
        description: 'The metrics; docs/operations.md lists them.',
        content: { 'text/plain': { schema: Type.String() } },
      },
    },
    handler: async (_request, reply) => {
      const text = await metrics.text();
      return reply.header('content-type', metrics.contentType).send(text);
    },
  });
}

/** Enough connections for a scraper, a probe or two and a curious administrator; more would be a mistake. */
const MAX_CONNECTIONS = 100;

/**
 * Only the probes and the metrics, on a port of their own for the operators' network. It answers however many clients
 * crowd the API. Nobody signs in here.
 */
export async function buildMonitoringServer(
  readiness: MonitoringContext['readiness'],
  metrics: NonNullable<MonitoringContext['metrics']>,
  logger: Logger,
): Promise<FastifyInstance> {
  const app = Fastify({
    // Only the error handler logs.
    logger: false,
    childLoggerFactory: (): FastifyBaseLogger => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdGenerator(),
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
