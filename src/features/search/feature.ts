import type { Feature } from '../feature.ts';
import { readSearch, SEARCH_VARIABLES, type SearchConfig } from './search-settings.ts';
import { ASSETS, EMBEDDINGS, searchTables } from './search-tables.ts';
import type { Statistics } from '../statistics.ts';

const SEARCH_STATISTICS: Statistics = {
  analysed: [
    {
      definition: ASSETS,
      times: ['created_ms', 'updated_ms'],
      groups: ['bucket', 'status', 'triage_state', 'engine', 'content_type', 'codec', 'flow_id', 'source_id'],
      filters: ['flow_id', 'source_id'],
    },
  ],
  sizes: [{ table: ASSETS.name, by: 'place', key: 'key', size: 'size_bytes' }],
};

/** Media search: find what was said, get the time range to play (docs/adr/0017-media-search.md). */
export const search: Feature<SearchConfig> = {
  variables: SEARCH_VARIABLES,
  settings: (env, { media }) => readSearch(env, media.buckets),
  tables: ({ enabled, dimension }) => (enabled ? searchTables(dimension) : []),
  tablesIn: async (engine, { enabled, dimension }) => {
    const present = (await engine.describeTable(EMBEDDINGS.name))?.find(({ type }) => type === 'vector')?.dimension;
    return enabled || present !== undefined ? searchTables(present ?? dimension) : [];
  },
  statistics: SEARCH_STATISTICS,
  management: async () => (await import('./search-management.ts')).SEARCH_MANAGEMENT,
  open: async (platform, config) => {
    if (!config.enabled) return undefined;
    const { openSearch } = await import('./open-search.ts');
    return openSearch(platform, config);
  },
};
