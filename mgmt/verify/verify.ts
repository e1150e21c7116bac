import { MANAGEMENT } from '../features.ts';
import { collections } from './collections.ts';
import { deletions, flowProfiles, flowSources } from './deletions.ts';
import { documents } from './documents.ts';
import type { Check, Finding, VerifyContext } from './finding.ts';
import { objectBytes } from './object-bytes.ts';
import { orphanedBytes } from './orphaned-bytes.ts';
import { instanceJobs, segmentPlaces } from './places.ts';
import { checkRows, withoutOwner } from './row-check.ts';
import { segmentFlows, segmentObjects } from './segments.ts';
import { tagIndex } from './tags.ts';
import { timelines } from './timelines.ts';
import { unusedObjects } from './unused-objects.ts';

/** All checks, those first that others build on. */
export const CHECKS: readonly Check[] = [
  flowSources,
  flowProfiles,
  segmentFlows,
  segmentObjects,
  segmentPlaces,
  instanceJobs,
  timelines,
  documents,
  tagIndex,
  collections,
  unusedObjects,
  deletions,
  ...MANAGEMENT.flatMap(({ checks = [] }) => checks).map(({ name, description, rows }) =>
    checkRows(name, description, ...rows.map(withoutOwner)),
  ),
  objectBytes,
  orphanedBytes,
];

/** Runs checks one after the other; with `repair`, mends what can be mended as it is found. */
export async function* verify(
  context: VerifyContext,
  checks: readonly Check[],
  repair: boolean,
): AsyncGenerator<Finding> {
  try {
    for (const check of checks) {
      for await (const { mend, ...found } of check.find(context)) {
        const repaired = repair && mend !== undefined;
        if (repaired) await mend();
        yield { check: check.name, ...found, repaired };
      }
    }
  } finally {
    context.progress.stop();
  }
}
