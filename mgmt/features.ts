import { FEATURES } from '../src/features.ts';
import type { AnyFeature } from '../src/features/feature.ts';
import type { Management } from '../src/features/management.ts';

/** All that features have for operators. Commands know no feature by name. */
export const MANAGEMENT: readonly Management[] = await Promise.all(
  Object.values<AnyFeature>(FEATURES).flatMap((feature) => feature.management?.() ?? []),
);

/** Their tables of segments that are on no flow. */
export const SEGMENT_TABLES = MANAGEMENT.flatMap(({ segmentTables = [] }) => segmentTables);
