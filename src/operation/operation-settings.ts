import { availableParallelism } from 'node:os';
import * as syntax from '../config/text-syntax.ts';
import type { Environment } from '../config/environment.ts';
import type { MemoryBudget } from '../config/memory-budget.ts';

/** Limits that keep the server answering while clients send too much, too slowly, or never stop. */
interface LimitsConfig {
  /** Requests per second of one principal, or of one address where nobody signs in; 0: any number. */
  readonly ratePerS: number;
  /** How long a request may take to arrive and be answered, transfers of media excepted. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** A transfer of media that all but stands still for so long is cut off. */
  readonly stallTimeoutMs: number;
  readonly maxConnections: number;
  /** Requests that are worked on at once. */
  readonly inFlightMax: number;
  /** Memory for bodies in transit, to the server or to clients. */
  readonly bodiesMaxBytes: number;
  /** How late the event loop may be for a while before requests are refused; 0: any time. */
  readonly overloadDelayMs: number;
}

interface TracingConfig {
  /** Base URL of an OTLP receiver, without a slash at its end. */
  readonly endpoint: string;
  readonly serviceName: string;
}

export interface OperationConfig {
  /** Processes that share the port. */
  readonly workers: number;
  readonly limits: LimitsConfig;
  /** Undefined: the port of the API. */
  readonly metricsPort: number | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
  /** How long a stopping server goes on serving, so that load balancers can turn away from it. */
  readonly stopDelayMs: number;
}

const DAY_S = 86_400;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const readLogLevel = (env: Environment): LogLevel => env.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info';

/** The settings of those who run the server. */
export function readOperation(env: Environment, memory: MemoryBudget): OperationConfig {
  const seconds = (name: string, byDefault: number, min = 1): number =>
    env.integer(name, { default: byDefault, min, max: DAY_S }) * 1000;
  const endpoint = env.parsed('OTEL_EXPORTER_OTLP_ENDPOINT', syntax.BASE_URL);
  const serviceName = env.text('OTEL_SERVICE_NAME') ?? 'vast-tams';
  return {
    workers: readWorkers(env),
    limits: {
      ratePerS: env.integer('RATE_LIMIT_PER_S', { default: 0, min: 0, max: 1_000_000 }),
      requestTimeoutMs: seconds('REQUEST_TIMEOUT_S', 30),
      headersTimeoutMs: seconds('HEADERS_TIMEOUT_S', 20),
      keepAliveTimeoutMs: seconds('KEEP_ALIVE_TIMEOUT_S', 75),
      stallTimeoutMs: seconds('STALL_TIMEOUT_S', 60),
      maxConnections: env.integer('MAX_CONNECTIONS', { default: 5000, min: 1, max: 1_000_000 }),
      inFlightMax: env.integer('IN_FLIGHT_MAX', { default: 500, min: 1, max: 1_000_000 }),
      bodiesMaxBytes: env.integer('BODY_MEMORY_MIB', { default: memory.bodies, min: 1, max: 65_536 }) * 2 ** 20,
      overloadDelayMs: env.integer('OVERLOAD_DELAY_MS', { default: 20, min: 0, max: 60_000 }),
    },
    metricsPort: env.text('METRICS_PORT') === undefined ? undefined : port(env),
    tracing: endpoint === undefined ? undefined : { endpoint, serviceName },
    stopDelayMs: seconds('STOP_DELAY_S', 0, 0),
  };
}

/** 0 takes a free one. */
const port = (env: Environment): number => env.integer('METRICS_PORT', { default: 0, min: 0, max: 65_535 });

const WORKERS_MAX = 256;

/** How many processes share the port: 1 unless WORKERS says otherwise; `auto` is one for each core that this process may use. */
function readWorkers(env: Environment): number {
  const parse = (text: string): number | undefined => {
    if (text === 'auto') return Math.min(availableParallelism(), WORKERS_MAX);
    const count = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : NaN;
    return count <= WORKERS_MAX ? count : undefined;
  };
  return env.parsed('WORKERS', { parse, takes: `auto or a whole number from 1 to ${WORKERS_MAX}` }) ?? 1;
}
