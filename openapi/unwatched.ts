import type { MonitoringContext } from '../src/http/monitoring/monitoring-routes.ts';
import { RequestMetrics } from '../src/operation/metrics/request-metrics.ts';
import { Readiness } from '../src/operation/readiness.ts';

const DAY_MS = 86_400_000;

/** The operation of an application with nothing behind it: always well, with nothing to show, and without limits. */
export function unwatched(): MonitoringContext {
  return {
    limits: {
      requestTimeoutMs: DAY_MS,
      headersTimeoutMs: DAY_MS,
      keepAliveTimeoutMs: DAY_MS,
      stallTimeoutMs: DAY_MS,
      maxConnections: 1_000_000,
      inFlightMax: 1_000_000,
      bodiesMaxBytes: 1_000_000_000,
      overloadDelayMs: 0,
      ratePerS: 0,
    },
    requestMetrics: new RequestMetrics(),
    readiness: new Readiness([]),
    metrics: { contentType: 'text/plain', text: () => Promise.resolve('') },
    health: () => Promise.resolve({}),
    tracing: undefined,
  };
}
