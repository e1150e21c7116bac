import type { QueueStats } from './rules/job-queue.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import type { JobQueue } from './repositories/job-queue.ts';
import type { QueueControl } from './repositories/queue-control.ts';

/** How long a reading is reused, however often scrapers and people ask. */
const KEPT_MS = 5_000;

interface Reading {
  readonly stats: QueueStats;
  readonly waitedMs: number;
  readonly outdated: number;
}

/** Metrics of media search. */
export function searchSources(
  queue: Pick<JobQueue, 'stats'>,
  control: Pick<QueueControl, 'waitedMs'>,
  countOutdated: () => Promise<number>,
): MetricSource[] {
  let latest: { at: number; reading: Promise<Reading> } | undefined;
  const read = (): Promise<Reading> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > KEPT_MS) {
      const all = Promise.all([queue.stats(), control.waitedMs(), countOutdated()]);
      const reading = all.then(([stats, waitedMs, outdated]) => ({ stats, waitedMs, outdated }));
      latest = { at: now, reading };
    }
    return latest.reading;
  };
  return [
    {
      name: 'tams_search_jobs',
      help: 'Jobs of media search, by state; those that failed and wait to be tried again are waiting, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { stats } = await read();
        return Object.entries(stats).map(([state, value]: [string, number]) => ({ labels: { state }, value }));
      },
    },
    {
      name: 'tams_search_jobs_wait_seconds',
      help: 'For how long the oldest job has been waiting although it could be done.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).waitedMs / 1000 }],
    },
    {
      name: 'tams_search_versions_without_vectors',
      help: 'Published versions without vectors of the present embedding model: they are found by their words alone.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).outdated }],
    },
  ];
}
