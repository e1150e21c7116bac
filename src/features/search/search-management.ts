import { lt } from '../../vastdb/predicate/builder.ts';
import type { Management, OwnedRows } from '../management.ts';
import type { SearchConfig } from './search-settings.ts';
import { DEAD_LETTERS } from './search-job-tables.ts';
import { ASSETS, EMBEDDINGS, SEGMENTS, VERSIONS, VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS } from './search-tables.ts';

const visible = (table: string, column: string, owners: string, subject: string): OwnedRows => ({
  table,
  column,
  subject,
  owners,
  problem: 'it can be found, and has no row',
  deleting: 'takes it out of what can be found',
});

export const SEARCH_MANAGEMENT: Management<SearchConfig> = {
  ages: [{ table: DEAD_LETTERS.name, column: 'created_ms', before: (ms) => lt('created_ms', BigInt(ms)) }],
  checks: [
    {
      name: 'search-index',
      description: 'the rows of media search belong to versions that exist',
      rows: [
        ...[VISIBLE_SEGMENTS.name, VISIBLE_EMBEDDINGS.name].flatMap((table) => [
          visible(table, 'version_id', VERSIONS.name, 'version'),
          visible(table, 'asset_id', ASSETS.name, 'asset'),
        ]),
        ...[SEGMENTS.name, EMBEDDINGS.name].map((table) => ({
          table,
          column: 'version_id',
          subject: `${table} of version`,
          owners: VERSIONS.name,
          problem: 'there is no such version',
          deleting: 'deletes them',
        })),
      ],
    },
  ],
  importers: [
    {
      system: 'mediasearch',
      description: 'published transcripts of a mediasearch, with their vectors',
      take: async (...args) => (await import('./import/take-mediasearch.ts')).takeMediasearch(...args),
    },
  ],
};
