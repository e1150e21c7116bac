import { join } from 'node:path';
import { byClasses } from '../../tams/access/by-classes.ts';
import type { Settings } from '../../tams/settings.ts';
import { AnalyticsProcess } from '../../vastdb/analytics/analytics-process.ts';
import type { TableAddress } from '../../vastdb/analytics/child-protocol.ts';
import type { Feature } from '../feature.ts';
import { serverPerformance } from './server-performance.ts';
import { AnalyticsStore } from './store/analytics-store.ts';
import type { Environment } from '../../config/environment.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { aggregateRoutes, seriesRoutes } from './routes/statistics.ts';
import type { Analytics, AnalyticsContext } from './routes/analytics-context.ts';
import { catalogRoutes, exportRoute } from './routes/catalog.ts';
import { performanceRoutes } from './routes/performance.ts';
import { timelineRoutes } from './routes/timelines.ts';

/** How long the process is kept when nobody asks for an analysis. */
const IDLE_MS = 60_000;
/** Time limit of an export, including its reader. */
const STREAM_MS = 3_600_000;
/** An analysis ends a little before its request would be given up, so that its own answer says why. */
const BEFORE_TIMEOUT_MS = 500;

/** All that it reads. */
const ANALYTICS_VARIABLES: readonly string[] = [
  'ANALYTICS_MEMORY_MIB',
  'ANALYTICS_THREADS',
  'ANALYTICS_CONCURRENCY',
  'ANALYTICS_TIMEOUT_S',
];

/** Limits of all analyses together. */
interface AnalyticsConfig {
  readonly memoryMib: number;
  readonly threads: number;
  /** Analyses that run at once, and as many exports. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

const MEMORY_MIB_MIN = 64;

const readAnalytics = (env: Environment, { memory }: Settings): AnalyticsConfig => ({
  memoryMib: env.integer('ANALYTICS_MEMORY_MIB', {
    default: Math.max(MEMORY_MIB_MIN, memory.analyses),
    min: MEMORY_MIB_MIN,
    max: 1_048_576,
  }),
  threads: env.integer('ANALYTICS_THREADS', { default: 2, min: 1, max: 256 }),
  concurrency: env.integer('ANALYTICS_CONCURRENCY', { default: 2, min: 1, max: 64 }),
  timeoutMs: env.integer('ANALYTICS_TIMEOUT_S', { default: 60, min: 1, max: 86_400 }) * 1000,
});

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
    const of = byClasses<Analytics>(settings.classes, { compute: whole, flows: store.flows }, (limits) => ({
      compute: whole.limitedTo(limits),
      flows: store.limitedTo(limits).flows,
    }));
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

function partOfAnalytics(config: AnalyticsConfig, processes: number): AnalyticsConfig {
  const part = (whole: number, least: number): number => Math.max(least, Math.ceil(whole / processes));
  return {
    ...config,
    memoryMib: part(config.memoryMib, MEMORY_MIB_MIN),
    threads: part(config.threads, 1),
    concurrency: part(config.concurrency, 1),
  };
}

/** Statistics and exports of the store, beyond TAMS. */
function analyticsRoutes(app: TamsApp, context: AnalyticsContext): void {
  catalogRoutes(app, context);
  timelineRoutes(app, context);
  seriesRoutes(app, context);
  aggregateRoutes(app, context);
  exportRoute(app, context);
  performanceRoutes(app, context);
}
