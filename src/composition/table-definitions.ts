import { AUTH_TABLES } from '../features/auth/auth-tables.ts';
import { EXR_TABLES } from '../features/exr/exr-tables.ts';
import { searchTables } from '../features/search/search-tables.ts';
import { VAST_STORE_TABLES } from '../tams/tables.ts';
import type { TableDefinition } from '../vastdb/engine.ts';

/** What decides which tables there are; of a server, its configuration. */
export interface TableFeatures {
  readonly search: { readonly enabled: boolean; readonly dimension: number };
  readonly exr: { readonly enabled: boolean };
}

/** The one list of all tables of a server: it is also what operators back up, migrate and verify. */
export const tableDefinitions = ({ search, exr }: TableFeatures): readonly TableDefinition[] => [
  ...VAST_STORE_TABLES,
  ...AUTH_TABLES,
  ...(search.enabled ? searchTables(search.dimension) : []),
  ...(exr.enabled ? EXR_TABLES : []),
];
