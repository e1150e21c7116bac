import type { MetricSource } from './metric-source.ts';
import type { WorkerStatus } from '../worker-loop.ts';

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
