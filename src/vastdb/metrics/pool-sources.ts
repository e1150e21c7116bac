import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import type { VastDBManager } from '../vast-db-manager.ts';

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
