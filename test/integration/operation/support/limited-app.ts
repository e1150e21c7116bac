import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { unwatched } from '../../../../openapi/unwatched.ts';
import { buildApp } from '../../../../src/http/app.ts';
import type { MonitoringContext, ServerLimits } from '../../../../src/http/monitoring/monitoring-routes.ts';
import type { Services } from '../../../../src/tams/services.ts';
import { DEFAULT_VERSION } from '../../../../src/tams/versions/surfaces.ts';
import { CursorCodec } from '../../../../src/shared/cursor.ts';
import { routesOver, TEST_CONFIG } from '../../../support/app.ts';

export interface LimitedApp {
  readonly baseUrl: string;
  readonly server: Server;
  readonly operation: MonitoringContext;
}

/**
 * The HTTP application with these limits, listening, over a flow service whose `shown` is the given one: real ones cannot
 * be made to be slow, or to be busy for a known time.
 */
export async function startLimited(
  limits: Partial<ServerLimits>,
  shown: () => Promise<string> = () => Promise.resolve('{}'),
  logger: Logger | false = false,
): Promise<LimitedApp> {
  const base = unwatched();
  const operation = { ...base, limits: { ...base.limits, ...limits } };
  const flows = { shown };
  const app = await buildApp({
    apis: [{ path: '', version: DEFAULT_VERSION }],
    routes: routesOver({ flows } as unknown as Services),
    cursors: new CursorCodec('a secret that tests share among themselves'),
    operation,
    config: TEST_CONFIG,
    logger,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { server } = app;
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, operation };
}
