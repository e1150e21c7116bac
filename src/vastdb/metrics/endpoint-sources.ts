import type { MetricSource, TimingSource } from '../../operation/metrics/metric-source.ts';
import type { VastDBManager } from '../vast-db-manager.ts';

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
