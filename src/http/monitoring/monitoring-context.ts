import type { RequestMetrics } from '../../operation/metrics/request-metrics.ts';
import type { Readiness } from '../../operation/readiness.ts';
import type { Tracing } from '../../operation/tracing.ts';
import type { RequestLimits } from '../plugins/request-guard.ts';

/** All metrics as Prometheus reads them. */
export interface MetricsText {
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
  readonly requestMetrics: RequestMetrics;
  readonly readiness: Readiness;
  /** Undefined where they have a port of their own. */
  readonly metrics: MetricsText | undefined;
  /** The JSON document of `/health`. */
  readonly health: () => Promise<object>;
  /** Undefined: nothing is traced. */
  readonly tracing: Tracing | undefined;
}
