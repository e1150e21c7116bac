import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import Fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import type { LocalMedia } from './domain/media-store.ts';
import { baseUrlOf } from './http/base-url.ts';
import { clientErrorResponse, handleError, handleFrameworkError } from './http/error-handler.ts';
import { Paging } from './http/paging.ts';
import { corsPlugin } from './http/plugins/cors.ts';
import { jsonBodyPlugin } from './http/plugins/json-body.ts';
import { openApiPlugin } from './http/plugins/openapi.ts';
import { principalPlugin } from './http/plugins/principal.ts';
import { requestIdGenerator, requestIdPlugin } from './http/plugins/request-id.ts';
import { stoppingPlugin } from './http/plugins/stopping.ts';
import { RouteTable } from './http/route-table.ts';
import { mediaRoutes } from './http/routes/media/media-routes.ts';
import { tamsRoutes } from './http/routes/tams-routes.ts';
import type { TamsApp } from './http/tams-app.ts';
import type { Services } from './services/services.ts';
import type { CursorCodec } from './shared/cursor.ts';
import { AppError } from './shared/errors.ts';

export type App = FastifyInstance;

export interface AppDeps {
  readonly services: Services;
  /** The stores whose URLs lead back to this server, by storage id. */
  readonly localMedia: ReadonlyMap<string, LocalMedia>;
  readonly cursors: CursorCodec;
  readonly config: AppConfig;
  readonly logger: Logger | false;
}

export interface AppConfig {
  /** The absolute base of URLs to this server; the request's own scheme and host where undefined. */
  readonly publicUrl?: string;
  /** Whose forwarded headers are believed: nobody's, everybody's, or those of these addresses. */
  readonly trustProxy: boolean | readonly string[];
  readonly bodyLimitBytes: number;
  readonly corsOrigins: '*' | readonly string[];
  readonly segmentsPerRequest: number;
  readonly limitDefault: number;
  readonly limitMax: number;
}

/** Node refuses headers of more than 16 KiB, the URL among them; no parameter is cut below that. */
const MAX_PARAM_LENGTH = 16 * 1024;

/** The HTTP application with all of its routes, ready to listen. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { services, config, logger } = deps;
  const app = createServer(config, logger);

  app.setErrorHandler(handleError);
  await app.register(stoppingPlugin);
  await app.register(requestIdPlugin);
  await app.register(principalPlugin);
  await app.register(corsPlugin, { origins: config.corsOrigins });
  await app.register(jsonBodyPlugin);
  await app.register(openApiPlugin, { publicUrl: config.publicUrl });

  const routes = new RouteTable();
  routes.observe(app);
  tamsRoutes(app, {
    services,
    paging: new Paging(deps.cursors, config),
    baseUrl: baseUrlOf(config.publicUrl),
    segmentsPerRequest: config.segmentsPerRequest,
  });
  await app.register(mediaRoutes, { localMedia: deps.localMedia });
  answerUnknownRoutes(app, routes);

  await app.ready();
  return app;
}

function createServer(config: AppConfig, logger: Logger | false): TamsApp {
  const loggerInstance: FastifyBaseLogger | undefined = logger === false ? undefined : logger;
  const app = Fastify({
    // One logger for all requests: log lines name their request themselves.
    ...(loggerInstance && { loggerInstance, childLoggerFactory: (parent: FastifyBaseLogger) => parent }),
    // Errors are logged by the error handler; a line for each request would cost more than the request.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdGenerator(),
    requestIdHeader: false,
    trustProxy: typeof config.trustProxy === 'boolean' ? config.trustProxy : [...config.trustProxy],
    bodyLimit: config.bodyLimitBytes,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: handleFrameworkError,
    // Everything that a request needs is closed after the last one: a late one is served, and its connection ends.
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      const response = clientErrorResponse(error);
      if (response === undefined || !socket.writable) socket.destroy(error);
      else socket.end(response);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Payloads are JSON texts already; compiling serializers of the response schemas would be for nothing.
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload));
  return app;
}

function answerUnknownRoutes(app: TamsApp, routes: RouteTable): void {
  app.setNotFoundHandler((request, reply) => {
    const methods = routes.methodsOf(request.url.split('?', 1)[0] ?? '');
    if (methods.length === 0) throw new AppError('not_found', 'There is nothing at this path');
    reply.header('allow', methods.join(', '));
    throw new AppError('method_not_allowed', `This path takes ${methods.join(', ')}, not ${request.method}`);
  });
}
