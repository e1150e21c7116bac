import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Metric } from 'prom-client';
import { ALONE, type Siblings } from '../siblings.ts';
import { DURATION_BOUNDS_MS } from './duration-tally.ts';
import type { DurationCounts } from './duration-tally.ts';
import type { Labels, MetricSource, TimingSource } from './metric-source.ts';

/** A longer reading is left out: neither a scrape nor the report of health waits for a database that hangs. */
const READ_TIMEOUT_MS = 2_000;

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** The question for the metrics of a process. */
export const METRICS = 'metrics';

/** Metrics as the library prints them for another process. */
export type MetricsJson = readonly { readonly type: unknown }[];

/** Metrics of the process itself are one set, however many servers live in it. */
let ofProcess: Registry | undefined;

/** Metrics of this process: its memory, its event loop and the like. */
export function processRegistry(): Registry {
  if (ofProcess !== undefined) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return ofProcess;
}

/** All metrics of a server, in the text format of Prometheus. */
export class MetricsRegistry {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #failures = new Map<string, number>();
  readonly #onFailure: (metric: string, error: unknown) => void;
  readonly #siblings: Siblings;
  readonly #gather: () => Promise<readonly MetricsJson[]>;
  #readsShared: boolean;

  /** Calls `onFailure` for every failed reading; the others are answered all the same. */
  constructor(onFailure: (metric: string, error: unknown) => void, siblings: Siblings = ALONE) {
    this.#onFailure = onFailure;
    this.#siblings = siblings;
    this.#readsShared = siblings.count === 1;
    this.#gather = siblings.gather(METRICS, () => this.json());
    this.add({
      name: 'tams_metrics_read_failures_total',
      help: 'Readings of a metric that failed, and left it out of an answer.',
      type: 'counter',
      read: () => [...this.#failures].map(([metric, value]) => ({ value, labels: { metric } })),
    });
  }

  /** Throws where a name is taken. */
  add(...sources: readonly (MetricSource | TimingSource)[]): void {
    for (const source of sources) {
      const { name, help, type } = source;
      const across = source.type === 'histogram' ? undefined : source.across;
      const aggregator = across === 'shared' ? 'first' : (across ?? 'sum');
      const read = (): Value[] | Promise<Value[]> =>
        across === 'shared' && !this.#readsShared ? [] : this.#read(source);
      const get = async (): Promise<object> => ({ name, help, type, aggregator, values: await read() });
      // The library needs no more of a metric than this, but its type names its own classes.
      this.#registry.registerMetric({ name, help, type, aggregator, get } as unknown as Metric);
    }
  }

  /** From now on this process does the background work. */
  readShared(): void {
    this.#readsShared = true;
  }

  /** Those of all processes of the server, as one. */
  async text(): Promise<string> {
    if (this.#siblings.count > 1) return AggregatorRegistry.aggregate((await this.#gather()) as object[]).metrics();
    return `${await processRegistry().metrics()}\n${await this.#registry.metrics()}`;
  }

  /** Counters and timings of this process. */
  async counted(): Promise<MetricsJson> {
    // As `add` registers them: the library's own type leaves out what they have.
    const metrics = [...processRegistry().getMetricsAsArray(), ...this.#registry.getMetricsAsArray()] as unknown as {
      readonly type: string;
      get(): Promise<MetricsJson[number]>;
    }[];
    return Promise.all(metrics.filter(isCounted).map((metric) => metric.get()));
  }

  /** Those of this process. */
  async json(): Promise<MetricsJson> {
    return [...(await processRegistry().getMetricsAsJSON()), ...(await this.#registry.getMetricsAsJSON())];
  }

  async #read(source: MetricSource | TimingSource): Promise<Value[]> {
    try {
      if (source.type === 'histogram') {
        return source.read().flatMap(({ labels, durations }) => histogramValues(source.name, labels, durations));
      }
      const samples = await withinTime(source.read());
      return samples.map(({ value, labels = {} }) => ({ value, labels }));
    } catch (error) {
      this.#failures.set(source.name, (this.#failures.get(source.name) ?? 0) + 1);
      this.#onFailure(source.name, error);
      return [];
    }
  }
}

/** Whether the values of a metric only grow. */
export const isCounted = ({ type }: { readonly type?: unknown }): boolean => type === 'counter' || type === 'histogram';

/** Rejects when the reading takes more than 2 s. */
export async function withinTime<T>(reading: T | Promise<T>): Promise<T> {
  if (!(reading instanceof Promise)) return reading;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`it took more than ${READ_TIMEOUT_MS} ms`));
  }, READ_TIMEOUT_MS);
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function histogramValues(name: string, labels: Labels, { count, sumMs, within }: DurationCounts): Value[] {
  const buckets = DURATION_BOUNDS_MS.map((bound, index) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: bound / 1000 },
    value: within[index] ?? 0,
  }));
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
