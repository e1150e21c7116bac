import { setTimeout as pause } from 'node:timers/promises';
import type { MetricSource } from './metric-source.ts';
import type { Readiness } from '../readiness.ts';

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
