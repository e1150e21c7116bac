import type { Backfill } from '../../../tams/column-backfill.ts';
import { ASSETS, VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS } from '../search-tables.ts';

/** Assets from before the column belong to the life named like their flow's id (docs/adr/0022-lives-of-a-flow.md). */
export const SEARCH_BACKFILLS: readonly Backfill[] = [ASSETS, VISIBLE_SEGMENTS, VISIBLE_EMBEDDINGS].map(({ name }) => ({
  table: name,
  columns: ['flow_life'],
  from: ['flow_id'],
  cellsOf: ([flowId = null]) => [flowId],
}));
