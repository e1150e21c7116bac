import type { Backfill } from '../../../vastdb/schema/column-backfill.ts';
import { ASSETS, VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS } from '../search-tables.ts';

/** An asset that is older than the column is of the life that its flow's id stands for (docs/adr/0022-lives-of-a-flow.md). */
export const SEARCH_BACKFILLS: readonly Backfill[] = [ASSETS, VISIBLE_SEGMENTS, VISIBLE_EMBEDDINGS].map(({ name }) => ({
  table: name,
  column: 'flow_life',
  from: 'flow_id',
  cellOf: (flowId) => flowId,
}));
