import { pagingHeaders } from '../../../http/schemas/responses.ts';
import { deletionRequestListQuery } from '../../parameters.ts';
import type { Surface } from '../surface.ts';
import { without } from '../translate.ts';

/** TAMS 7.0 has no orders to choose from. */
export const listings: Surface['listings'] = {
  headers: pagingHeaders,
  orderOf: () => undefined,
  deletionRequestQuery: without(deletionRequestListQuery, ['sort_by', 'reverse_order']),
};
