import { buildApp } from '../src/http/app.ts';
import { ALL_SECURITY_SCHEMES } from '../src/http/security-schemes.ts';
import type { ExrServices } from '../src/features/exr/services/exr-services.ts';
import type { QueryPerformance } from '../src/vastdb/monitor/query-performance.ts';
import type { AnalyticsService } from '../src/features/analytics/analytics-service.ts';
import type { SearchServices } from '../src/features/search/services/search-services.ts';
import type { Services } from '../src/tams/services.ts';
import type { TrashService } from '../src/features/trash/trash-service.ts';
import { CursorCodec } from '../src/shared/cursor.ts';
import { unwatched } from './unwatched.ts';

/** The OpenAPI document as it is checked in: made of the routes alone, with nothing behind them. */
export async function openApiText(): Promise<string> {
  const app = await buildApp({
    services: NOTHING as Services,
    trash: NOTHING as TrashService,
    search: () => NOTHING as SearchServices,
    exr: () => NOTHING as ExrServices,
    analytics: { of: () => NOTHING as AnalyticsService, performance: NOTHING as QueryPerformance },
    localMedia: new Map(),
    documentedSchemes: ALL_SECURITY_SCHEMES,
    operation: unwatched(),
    cursors: new CursorCodec('No cursor is made while the document is generated.'),
    config: {
      trustProxy: false,
      bodyLimitBytes: 1024,
      corsOrigins: '*',
      checkHost: false,
      segmentsPerRequest: 1,
      limitDefault: 1,
      limitMax: 1,
      maxBytes: 1024,
      documentMaxBytes: 1024,
    },
    logger: false,
  });
  try {
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
  }
}

/** Routes ask for their services when they are registered, and call them when they are requested. */
const NOTHING: object = new Proxy({}, { get: () => undefined });
