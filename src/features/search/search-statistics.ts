import type { Statistics } from '../statistics.ts';
import { ASSETS } from './search-tables.ts';

export const SEARCH_STATISTICS: Statistics = {
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
