import type { MetricSource } from '../operation/metrics/metric-source.ts';
import type { Backlog, BacklogReader } from './backlog-reader.ts';

/** How long a reading is reused, however often scrapers and people ask. */
const KEPT_MS = 5_000;
/** Statuses always exist, also at 0: an absent metric cannot trigger an alert. */
const UNFINISHED_STATUSES = ['created', 'started', 'error'];

/** Metrics of deletion and reclaim. */
export function backlogSources(reader: Pick<BacklogReader, 'read'>): MetricSource[] {
  let latest: { at: number; backlog: Promise<Backlog> } | undefined;
  const read = (): Promise<Backlog> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > KEPT_MS) latest = { at: now, backlog: reader.read(Date.now()) };
    return latest.backlog;
  };
  return [
    {
      name: 'tams_deletion_requests_open',
      help: 'Deletion requests that are not done, by status; 1000 stands for more, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { deletionRequests } = await read();
        return UNFINISHED_STATUSES.map((status) => ({ labels: { status }, value: deletionRequests.get(status) ?? 0 }));
      },
    },
    {
      name: 'tams_reclaim_due_objects',
      help: 'Media objects to be looked at because they may be unused; 1000 stands for more, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).reclaimDue }],
    },
    {
      name: 'tams_reclaim_lag_seconds',
      help: 'For how long the oldest of them has been due.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).reclaimLagMs / 1000 }],
    },
  ];
}
