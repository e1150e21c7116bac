import { sortedHeaders } from '../../../http/schemas/responses.ts';
import { deletionRequestListQuery } from '../../parameters.ts';
import type { Surface } from '../surface.ts';

/** TAMS 8.2: newest first unless a query says otherwise. */
export const listings: Surface['listings'] = {
  headers: sortedHeaders,
  orderOf: ({ sort_by: by = 'created', reverse_order: reverse = false }) => ({ by, reverse }),
  deletionRequestQuery: deletionRequestListQuery,
};
