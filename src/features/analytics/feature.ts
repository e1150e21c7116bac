import { join } from 'node:path';
import { byClasses } from '../../tams/access/by-classes.ts';
import type { Settings } from '../../tams/settings.ts';
import { AnalyticsProcess } from '../../vastdb/analytics/analytics-process.ts';
import type { TableAddress } from '../../vastdb/analytics/child-protocol.ts';
import type { Feature } from '../feature.ts';
import { AnalyticsService } from './analytics-service.ts';
import { ANALYTICS_VARIABLES, type AnalyticsConfig, partOfAnalytics, readAnalytics } from './analytics-settings.ts';
import { analyticsRoutes } from './routes/analytics-routes.ts';
import { serverPerformance } from './server-performance.ts';
import { AnalyticsStore } from './store/analytics-store.ts';

/** How long the process is kept when nobody asks for an analysis. */
const IDLE_MS = 60_000;
/** Time limit of an export, including its reader. */
const STREAM_MS = 3_600_000;
/** An analysis ends a little before its request would be given up, so that its own answer says why. */
const BEFORE_TIMEOUT_MS = 500;

/** Statistics and exports (docs/adr/0019-analytics.md). */
export const analytics: Feature<AnalyticsConfig> = {
  variables: ANALYTICS_VARIABLES,
  settings: readAnalytics,
  partOf: partOfAnalytics,
  // Costs nothing before the first request: the process, and the library with it, start then.
  open: async ({ manager, store, settings, siblings, statistics }, { memoryMib, threads, concurrency, timeoutMs }) => {
    const compute = new AnalyticsProcess({
      tables: addressOf(settings),
      limits: {
        memoryMib,
        threads,
        directory: join(settings.dataDir, 'analytics'),
        reserveBytes: settings.diskReserveBytes,
      },
      concurrency,
      timeoutMs,
      streamMs: STREAM_MS,
      idleMs: IDLE_MS,
    });
    const performance = serverPerformance(manager, siblings);
    const answerMs = Math.max(BEFORE_TIMEOUT_MS, settings.operation.limits.requestTimeoutMs - BEFORE_TIMEOUT_MS);
    const whole = new AnalyticsStore({ manager, compute, answerMs, statistics });
    const of = byClasses(
      settings.classes,
      new AnalyticsService(whole, store.flows),
      (limits) => new AnalyticsService(whole.limitedTo(limits), store.limitedTo(limits).flows),
    );
    return {
      tags: [{ name: 'Analytics', description: 'Statistics of what is kept, and exports of it; not a part of TAMS.' }],
      routes: (app) => {
        analyticsRoutes(app, { of, performance });
      },
      memory: [{ part: 'analyses', budgetBytes: memoryMib * 2 ** 20 }],
      close: () => compute.close(),
    };
  },
};

/** The place of the tables, for that process. */
function addressOf({ tables: { vast, postgres }, dataDir }: Settings): TableAddress {
  if (postgres !== undefined) return { engine: 'postgres', database: postgres };
  if (vast === undefined) return { engine: 'sqlite', file: join(dataDir, 'tables', 'tables.sqlite') };
  // Copied: the engine's own types are not deeply frozen.
  return { engine: 'vast', cluster: { ...vast, endpoints: [...vast.endpoints] } };
}
