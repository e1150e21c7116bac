import { FEATURES } from '../features.ts';
import type { AnyFeature } from '../features/feature.ts';
import type { Config } from '../settings.ts';
import { VAST_STORE_TABLES } from '../tams/tables.ts';
import type { TableDefinition } from '../vastdb/engine.ts';

/** All tables of a server that is configured like this. Operators back them up, migrate and verify them. */
export const tableDefinitions = (settings: Config['features']): readonly TableDefinition[] => [
  ...VAST_STORE_TABLES,
  ...Object.entries<AnyFeature>(FEATURES).flatMap(
    ([name, feature]) => feature.tables?.(settings[name as keyof typeof settings]) ?? [],
  ),
];
