import { expect, it, onTestFinished } from 'vitest';
import { rm } from 'node:fs/promises';
import { makeRunDirectory } from '../bench/support/run-directory.ts';
import { stressAttacks } from './attacks.ts';
import { Random } from './support/random.ts';
import { StressReport } from './support/stress-report.ts';

/** The whole form is `npm run stress`, which also measures what the attacks cost the latency of others. */
it('all attacks at once leave memory bounded, and others their answers', async () => {
  const directory = makeRunDirectory('tams-attacks-');
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const report = new StressReport();
  await stressAttacks(directory, new Random(1), 12, report, false);
  expect(report.violated, report.print()).toBe(false);
});
