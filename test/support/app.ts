import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { unwatched } from '../../openapi/unwatched.ts';
import type { AppConfig } from '../../src/http/app.ts';
import { buildApp, type AppDeps } from '../../src/http/app.ts';
import type { Services } from '../../src/tams/services.ts';
import { mountVersions } from '../../src/tams/tams-routes.ts';
import { DEFAULT_VERSION } from '../../src/tams/versions/surfaces.ts';
import { CursorCodec } from '../../src/shared/cursor.ts';

export const TEST_CONFIG: AppConfig = {
  trustProxy: false,
  bodyLimitBytes: 100_000,
  corsOrigins: '*',
  checkHost: false,
  limitDefault: 3,
  limitMax: 5,
  maxBytes: 100_000,
  documentMaxBytes: 100_000,
};

/** Methods of services by name; the others must not be called. */
type SomeServices = { [Name in keyof Services]?: Partial<Record<keyof Services[Name], unknown>> };

/** The operations of TAMS over services, the same for everybody. */
export const routesOver =
  (services: Services): AppDeps['routes'] =>
  async (app, http) => {
    await mountVersions(app, { ...http, services: () => services, segmentsPerRequest: 10 }, DEFAULT_VERSION);
  };

/** The HTTP application over objects that play its services, for what real ones cannot be made to do. */
export async function appOver(
  services: SomeServices,
  config: Partial<AppConfig> = {},
  logger: Logger | false = false,
): Promise<FastifyInstance> {
  return buildApp({
    routes: routesOver(services as unknown as Services),
    apis: [{ path: '', version: DEFAULT_VERSION }],
    operation: unwatched(),
    cursors: new CursorCodec('a secret that tests share among themselves'),
    config: { ...TEST_CONFIG, ...config },
    logger,
  });
}
