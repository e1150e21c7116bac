import type { MetricSource, TimingSource } from '../../operation/metrics/metric-source.ts';
import type { VastDBManager } from '../vast-db-manager.ts';

/** Timings of the table engine, by table and operation; `*` stands for whole transactions. */
export function tableSources(manager: VastDBManager): (MetricSource | TimingSource)[] {
  const timings = () =>
    manager
      .performanceSummary()
      .tables.flatMap(({ table, operations }) =>
        operations.map((each) => ({ ...each, labels: { table, operation: each.operation } })),
      );
  return [
    {
      name: 'tams_table_operation_duration_seconds',
      help: 'Operations on the tables, transactions and their retries included (table="*").',
      type: 'histogram',
      read: () =>
        timings().map(({ labels, count, totalMs, within }) => ({
          labels,
          durations: { count, sumMs: totalMs, within },
        })),
    },
    {
      name: 'tams_table_operation_failures_total',
      help: 'Operations on the tables that failed.',
      type: 'counter',
      read: () => timings().map(({ labels, errors }) => ({ labels, value: errors })),
    },
    {
      name: 'tams_table_rows_total',
      help: 'Rows that were read, counted or written.',
      type: 'counter',
      read: () => timings().map(({ labels, rows }) => ({ labels, value: rows })),
    },
    {
      name: 'tams_table_slow_operations_total',
      help: 'Operations on the tables that took longer than the threshold of slow ones.',
      type: 'counter',
      read: () => [{ value: manager.performanceSummary().slow }],
    },
  ];
}

/**
 * Metrics of each address of a cluster. The label has the addresses of the configuration, so there is one series for
 * each.
 */
export function endpointSources(manager: Pick<VastDBManager, 'endpointStatistics'>): (MetricSource | TimingSource)[] {
  const endpoints = () => manager.endpointStatistics().map((each) => ({ ...each, labels: { endpoint: each.url } }));
  return [
    {
      name: 'tams_cluster_endpoint_up',
      help: 'Whether an address of the cluster is used: 1, or 0 while it is left alone after failures.',
      type: 'gauge',
      across: 'min',
      read: () => endpoints().map(({ labels, state }) => ({ labels, value: state === 'healthy' ? 1 : 0 })),
    },
    {
      name: 'tams_cluster_endpoint_requests_total',
      help: 'Requests to an address of the cluster, repeated ones included.',
      type: 'counter',
      read: () => endpoints().map(({ labels, requests }) => ({ labels, value: requests })),
    },
    {
      name: 'tams_cluster_endpoint_errors_total',
      help: 'Requests that an address of the cluster did not answer in time, or whose answer broke off.',
      type: 'counter',
      read: () => endpoints().map(({ labels, errors }) => ({ labels, value: errors })),
    },
    {
      name: 'tams_cluster_endpoint_duration_seconds',
      help: 'How long answers of an address of the cluster took to begin.',
      type: 'histogram',
      read: () => endpoints().map(({ labels, durations }) => ({ labels, durations })),
    },
  ];
}

/** Metrics of the pools of connections to a database. */
export function poolSources(manager: Pick<VastDBManager, 'poolStatistics'>): MetricSource[] {
  const pools = () => manager.poolStatistics().map((each) => ({ ...each, labels: { pool: each.pool } }));
  return [
    {
      name: 'tams_database_connections',
      help: 'Open connections to the database.',
      type: 'gauge',
      read: () =>
        pools().flatMap(({ labels, used, idle }) => [
          { labels: { ...labels, state: 'used' }, value: used },
          { labels: { ...labels, state: 'idle' }, value: idle },
        ]),
    },
    {
      name: 'tams_database_connections_max',
      help: 'The most connections of a pool.',
      type: 'gauge',
      read: () => pools().map(({ labels, max }) => ({ labels, value: max })),
    },
    {
      name: 'tams_database_connections_waiting',
      help: 'Work that waits for a connection of a pool.',
      type: 'gauge',
      read: () => pools().map(({ labels, waiting }) => ({ labels, value: waiting })),
    },
  ];
}
