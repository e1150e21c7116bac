import { join } from 'node:path';
import type { Config } from '../../settings.ts';
import type { Principal } from '../../shared/principal.ts';
import type { Store } from '../../tams/store.ts';
import { AnalyticsService } from './analytics-service.ts';
import { AnalyticsStore } from './store/analytics-store.ts';
import { AnalyticsProcess } from '../../vastdb/analytics/analytics-process.ts';
import type { TableAddress } from '../../vastdb/analytics/child-protocol.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { byClasses } from '../../tams/access/by-classes.ts';

export interface AnalyticsParts {
  /** The analytics as a principal may use them. */
  readonly of: (principal: Principal) => AnalyticsService;
  close(): Promise<void>;
}

/** How long the process is kept when nobody asks for an analysis. */
const IDLE_MS = 60_000;
/** How long an export may take, whoever reads it included. */
const STREAM_MS = 3_600_000;
/** An analysis ends a little before its request would be given up, so that its own answer says why. */
const BEFORE_TIMEOUT_MS = 500;

/** Costs nothing before the first request: the process, and the library with it, start then. */
export function openAnalytics(manager: VastDBManager, store: Store, config: Config): AnalyticsParts {
  const { memoryMib, threads, concurrency, timeoutMs } = config.analytics;
  const compute = new AnalyticsProcess({
    tables: addressOf(config),
    limits: { memoryMib, threads, directory: join(config.dataDir, 'analytics') },
    concurrency,
    timeoutMs,
    streamMs: STREAM_MS,
    idleMs: IDLE_MS,
  });
  const answerMs = Math.max(BEFORE_TIMEOUT_MS, config.operation.limits.requestTimeoutMs - BEFORE_TIMEOUT_MS);
  const whole = new AnalyticsStore({ manager, compute, answerMs });
  const forAll = new AnalyticsService(whole, store.flows);
  return {
    of: byClasses(
      config.auth.classes,
      forAll,
      (classes) => new AnalyticsService(whole.limitedTo(classes), store.limitedTo(classes).flows),
    ),
    close: () => compute.close(),
  };
}

/** Where that process finds the tables that this one has open. */
function addressOf({ tables: { vast, postgres }, dataDir }: Config): TableAddress {
  if (postgres !== undefined) return { engine: 'postgres', database: postgres };
  if (vast === undefined) return { engine: 'sqlite', file: join(dataDir, 'tables', 'tables.sqlite') };
  // Copied: what is frozen deeply is not what the engine's own types take.
  return { engine: 'vast', cluster: { ...vast, endpoints: [...vast.endpoints] } };
}
