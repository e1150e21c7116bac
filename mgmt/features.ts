import type { Command } from 'commander';
import { FEATURES } from '../src/features.ts';
import type { AnyFeature } from '../src/features/feature.ts';
import type { Operator } from '../src/features/management.ts';
import { withTables, withTablesOf } from './tables/open-tables.ts';

const managed = await Promise.all(
  Object.entries<AnyFeature>(FEATURES).map(async ([name, feature]) => ({
    name,
    management: (await feature.management?.()) ?? {},
  })),
);

/** All that features have for operators. Commands know no feature by name. */
export const MANAGEMENT = managed.map(({ management }) => management);

/** Their tables of segments that are on no flow. */
export const SEGMENT_TABLES = MANAGEMENT.flatMap(({ segmentTables = [] }) => segmentTables);

/** Their importers, each with the name of its feature in the settings. */
export const IMPORTERS = managed.flatMap(({ name, management: { importers = [] } }) =>
  importers.map((importer) => ({ feature: name, importer })),
);

const OPERATOR: Operator = {
  withTables: (work) => withTables(({ manager }) => work(manager)),
  withTablesOf,
};

/** Their commands. */
export const featureCommands = (): Command[] => MANAGEMENT.flatMap(({ commands }) => commands?.(OPERATOR) ?? []);
