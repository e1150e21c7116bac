import type { Feature } from '../feature.ts';
import type { RetentionCounts } from './retention-worker.ts';

/** Deletions that tags of flows ask for (docs/adr/0034-retention-by-tag.md). */
export const retention: Feature<{ readonly enabled: boolean }> = {
  variables: ['RETENTION'],
  settings: (env) => ({ enabled: env.flag('RETENTION') ?? false }),
  management: async () => {
    const { retentionCommand } = await import('./commands/retention-command.ts');
    return { commands: (operator) => [retentionCommand(operator)] };
  },
  open: async ({ store, leases, logger, tams }, { enabled }) => {
    if (!enabled) return undefined;
    const { retentionWorker } = await import('./retention-worker.ts');
    const counts: RetentionCounts = { flows: 0, segments: 0 };
    return {
      workers: [retentionWorker({ store, services: tams.forAll, leases, counts, logger })],
      metrics: [
        {
          name: 'tams_retention_deletions_total',
          help: 'Deletions that tags of flows asked for, by whether a flow went or some of its segments.',
          type: 'counter',
          read: () => [
            { labels: { of: 'flow' }, value: counts.flows },
            { labels: { of: 'segments' }, value: counts.segments },
          ],
        },
      ],
    };
  },
};
