import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import Fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Authentication } from './access-check.ts';
import { baseUrlOf, originForm } from './base-url.ts';
import { clientErrorResponse, handleError, handleFrameworkError } from './error-handler.ts';
import { BodyMemory } from './limits/body-memory.ts';
import { OWN_COMPILERS } from './own-compilers.ts';
import { Paging } from './paging.ts';
import { authenticationPlugin } from './plugins/authentication.ts';
import { bodyMemoryPlugin } from './plugins/body-memory.ts';
import { type CorsOrigins, corsPlugin, crossSitePlugin } from './plugins/cross-origin.ts';
import { diskReservePlugin } from './plugins/disk-reserve.ts';
import { hostCheckPlugin } from './plugins/host-check.ts';
import { jsonBodyPlugin } from './plugins/json-body.ts';
import { type ApiVersion, documentPaths, type DocumentTag } from './plugins/document-paths.ts';
import { openApiPlugin } from './plugins/openapi.ts';
import { pathIdsPlugin } from './plugins/path-ids.ts';
import { requestGuardPlugin } from './plugins/request-guard.ts';
import { requestIdGenerator, requestIdPlugin } from './plugins/request-id.ts';
import { stoppingPlugin } from './plugins/stopping.ts';
import { tracingPlugin } from './plugins/tracing.ts';
import { unknownRoutesPlugin } from './plugins/unknown-routes.ts';
import { type MonitoringContext, monitoringRoutes, type ServerLimits } from './monitoring/monitoring-routes.ts';
import type { TamsApp } from './tams-app.ts';
import type { CursorCodec } from '../shared/cursor.ts';

export type App = FastifyInstance;

/** Inputs of the application to routes. */
export interface HttpContext {
  readonly paging: Paging;
  /** The absolute URL that clients reach this server under; no slash at its end. */
  readonly baseUrl: (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;
  /** Undefined: everybody may do everything. */
  readonly authentication: Authentication | undefined;
}

export interface AppDeps {
  /** The versions of the API, by the paths that `routes` mounts them at; the root is an empty one. */
  readonly apis: readonly ApiVersion[];
  /** Groups of operations in the document, beside those of TAMS. */
  readonly tags?: readonly DocumentTag[];
  /** Registers the operations. */
  readonly routes: (app: TamsApp, context: HttpContext) => Promise<void>;
  readonly cursors: CursorCodec;
  /** Undefined: everybody may do everything. */
  readonly authentication?: Authentication;
  readonly operation: MonitoringContext;
  readonly config: AppConfig;
  readonly logger: Logger | false;
}

export interface AppConfig {
  /** The absolute base of URLs to this server; the request's own scheme and host where undefined. */
  readonly publicUrl?: string;
  /** Proxies whose forwarded headers are trusted: none, all, or these addresses. */
  readonly trustProxy: boolean | readonly string[];
  readonly bodyLimitBytes: number;
  readonly corsOrigins: CorsOrigins;
  /** Whether requests for other hosts than this machine and that of `publicUrl` are refused. */
  readonly checkHost: boolean;
  readonly limitDefault: number;
  readonly limitMax: number;
  /** A page ends with the item with which it has so many bytes. */
  readonly maxBytes: number;
  /** Limit for the JSON of a document, and for the body of an operation that takes one. */
  readonly documentMaxBytes: number;
}

/** Node refuses headers of more than 16 KiB, the URL among them; no parameter is cut below that. */
const MAX_PARAM_LENGTH = 16 * 1024;
/** How late a connection without headers may be closed. */
const CONNECTIONS_CHECK_MS = 5_000;

/** The HTTP application with all of its routes, ready to listen. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, operation, logger } = deps;
  const { limits, tracing, requestMetrics: metrics } = operation;
  const app = createServer(config, limits, logger);

  app.setErrorHandler(handleError);
  await app.register(stoppingPlugin);
  await app.register(requestIdPlugin);
  await app.register(corsPlugin, { origins: config.corsOrigins });
  const bodies = new BodyMemory({
    maxBytes: limits.bodiesMaxBytes,
    onRefused: () => metrics.refused('body_memory'),
    onCutOff: () => metrics.cutOff('stalled_body'),
  });
  await app.register(requestGuardPlugin, { limits, metrics, bodies, isStopping: () => operation.readiness.stopping });
  if (config.checkHost) await app.register(hostCheckPlugin, { publicUrl: config.publicUrl });
  await app.register(crossSitePlugin);
  if (tracing !== undefined) await app.register(tracingPlugin, { tracing });
  await app.register(authenticationPlugin, {
    authentication: deps.authentication,
    publicPaths: documentPaths(deps.apis),
  });
  if (limits.ratePerS > 0) {
    const { rateLimitPlugin } = await import('./plugins/rate-limit.ts');
    await app.register(rateLimitPlugin, { perSecond: limits.ratePerS, metrics, counter: operation.counter });
  }
  await app.register(pathIdsPlugin);
  await app.register(unknownRoutesPlugin, { apis: deps.apis });
  await app.register(diskReservePlugin);
  await app.register(bodyMemoryPlugin, { memory: bodies });
  await app.register(jsonBodyPlugin, { documentMaxBytes: config.documentMaxBytes });
  await app.register(openApiPlugin, {
    apis: deps.apis,
    publicUrl: config.publicUrl,
    schemes: deps.authentication?.schemes ?? [],
    tags: deps.tags ?? [],
  });

  const baseUrl = baseUrlOf(config.publicUrl);
  const limitsOfPages = { ...config, maxBytes: () => bodies.pageBytes(config.maxBytes) };
  await deps.routes(app, {
    paging: new Paging(deps.cursors, limitsOfPages, baseUrl),
    baseUrl,
    authentication: deps.authentication,
  });
  monitoringRoutes(app, operation);

  await app.ready();
  return app;
}

function createServer(config: AppConfig, limits: ServerLimits, logger: Logger | false): TamsApp {
  const loggerInstance: FastifyBaseLogger | undefined = logger === false ? undefined : logger;
  return Fastify({
    // One logger for all requests: log lines name their request themselves.
    ...(loggerInstance && { loggerInstance, childLoggerFactory: (parent: FastifyBaseLogger) => parent }),
    // Errors are logged by the error handler; a line for each request would cost more than the request.
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: OWN_COMPILERS,
    genReqId: requestIdGenerator(),
    requestIdHeader: false,
    trustProxy: typeof config.trustProxy === 'boolean' ? config.trustProxy : [...config.trustProxy],
    bodyLimit: config.bodyLimitBytes,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: { connectionsCheckingInterval: Math.min(limits.headersTimeoutMs / 2, CONNECTIONS_CHECK_MS) },
    exposeHeadRoutes: false,
    rewriteUrl: originForm,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: handleFrameworkError,
    // The parts that requests need close after the last request. So a late request is served, and its connection ends.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      const response = clientErrorResponse(error);
      if (response === undefined) {
        socket.destroy(error);
      } else if (socket.writable) {
        socket.write(response);
        socket.destroySoon();
      }
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
}
