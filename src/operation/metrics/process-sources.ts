import type { MetricSource } from './metric-source.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** Metrics that tell the processes of a server apart. */
export function processSources(number: number, requests: RequestMetrics): MetricSource[] {
  const labels = { process: String(number) };
  return [
    {
      name: 'tams_process_up',
      help: 'Processes that serve.',
      type: 'gauge',
      read: () => [{ labels, value: 1 }],
    },
    {
      name: 'tams_process_requests_total',
      help: 'Requests that each process answered, and those that it has replaced.',
      type: 'counter',
      read: () => [{ labels, value: requests.answered }],
    },
    {
      name: 'tams_process_resident_memory_bytes',
      help: 'Memory of each process.',
      type: 'gauge',
      read: () => [{ labels, value: process.memoryUsage.rss() }],
    },
    {
      name: 'tams_process_cpu_seconds_total',
      help: 'Processor time of each process, and of those that it has replaced.',
      type: 'counter',
      read: () => {
        const { user, system } = process.cpuUsage();
        return [{ labels, value: (user + system) / 1e6 }];
      },
    },
  ];
}
