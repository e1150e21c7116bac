import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { MetricSource } from './metric-source.ts';
import type { WorkerStatus } from '../worker-loop.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { spaceOf } from '../disk-reserve.ts';
import type { Readiness } from '../readiness.ts';

/** Metrics of the version and the workers. */
export function serverSources(version: string, workers: () => readonly WorkerStatus[]): MetricSource[] {
  return [
    {
      name: 'tams_info',
      help: 'The version of the server, as a label of the value 1.',
      type: 'gauge',
      across: 'max',
      read: () => [{ value: 1, labels: { version } }],
    },
    {
      name: 'tams_worker_last_success_timestamp_seconds',
      help: 'When a worker last ended a round without a failure.',
      type: 'gauge',
      across: 'min',
      read: () =>
        workers().flatMap(({ name, lastSuccess }) =>
          lastSuccess === undefined ? [] : [{ value: lastSuccess / 1000, labels: { worker: name } }],
        ),
    },
    {
      name: 'tams_worker_failures_in_row',
      help: 'Rounds of a worker that failed since the last one that did not.',
      type: 'gauge',
      across: 'max',
      read: () => workers().map(({ name, failuresInRow }) => ({ value: failuresInRow, labels: { worker: name } })),
    },
  ];
}

/** Metrics that tell the processes of a server apart. */
export function processSources(number: number, requests: RequestMetrics): MetricSource[] {
  const labels = { process: String(number) };
  const source = (name: string, type: MetricSource['type'], help: string, value: () => number): MetricSource => ({
    name,
    help,
    type,
    read: () => [{ labels, value: value() }],
  });
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  return [
    source('tams_process_up', 'gauge', 'Processes that serve.', () => 1),
    source(
      'tams_process_requests_total',
      'counter',
      'Requests that each process answered, and those that it has replaced.',
      () => requests.answered,
    ),
    source('tams_process_resident_memory_bytes', 'gauge', 'Memory of each process.', () => process.memoryUsage.rss()),
    source(
      'tams_process_cpu_seconds_total',
      'counter',
      'Processor time of each process, and of those that it has replaced.',
      cpuSeconds,
    ),
  ];
}

/** The disk of DATA_DIR. */
export function diskSources(dataDir: string, diskReserveBytes: number): MetricSource[] {
  const source = (name: string, help: string, value: (disk: StatsFs) => number): MetricSource => ({
    name,
    help,
    type: 'gauge',
    across: 'shared',
    read: async () => [{ value: value(await statfs(dataDir)) }],
  });
  const space = (disk: StatsFs) => spaceOf(disk, diskReserveBytes);
  return [
    source(
      'tams_data_dir_size_bytes',
      'The size of the disk that DATA_DIR is on.',
      ({ blocks, bsize }) => blocks * bsize,
    ),
    source('tams_data_dir_free_bytes', 'Its free space for this process.', (disk) => space(disk).free),
    source('tams_data_dir_reserve_bytes', 'Its reserve for deletions.', (disk) => space(disk).reserve),
  ];
}

/** A scrape does not wait for a probe that hangs: the next scrape shows it. */
const PATIENCE_MS = 1_000;

/**
 * Whether each probe of the readiness is well, so that an alert can say which is not.
 *
 * @param failing the names of the probes that fail, kept up to date by whoever made the readiness
 */
export function readinessSources(
  readiness: Pick<Readiness, 'checkProcess'>,
  probes: readonly string[],
  failing: ReadonlySet<string>,
): MetricSource[] {
  return [
    {
      name: 'tams_ready',
      help: 'Whether what the readiness looks at is well: 1, or 0 while it fails.',
      type: 'gauge',
      across: 'min',
      read: async () => {
        await Promise.race([readiness.checkProcess(), pause(PATIENCE_MS, undefined, { ref: false })]);
        return probes.map((check) => ({ labels: { check }, value: failing.has(check) ? 0 : 1 }));
      },
    },
  ];
}

/** Memory of one part of the server that has a bound. */
export interface MemoryUse {
  /** A label of the metrics. */
  readonly part: string;
  readonly budgetBytes: number;
  /** None where it cannot be told. */
  readonly usedBytes?: () => number;
}

/** The bounds that MEMORY_MIB and its overrides gave to the process and its parts, and what they take. */
export const memorySources = (parts: readonly MemoryUse[]): MetricSource[] => [
  {
    name: 'tams_memory_budget_bytes',
    help: 'Memory that the process, and each part of it with a bound, may take.',
    type: 'gauge',
    read: () => parts.map(({ part, budgetBytes }) => ({ value: budgetBytes, labels: { part } })),
  },
  {
    name: 'tams_memory_used_bytes',
    help: 'Memory that the process, resident, and the parts that can tell take.',
    type: 'gauge',
    read: () =>
      parts.flatMap(({ part, usedBytes }) =>
        usedBytes === undefined ? [] : [{ value: usedBytes(), labels: { part } }],
      ),
  },
];
