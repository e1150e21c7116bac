import type { RateQuery } from '../analytics.ts';
import { AppError } from '../../../shared/errors.ts';
import type { RateGroup } from '../../../vastdb/analytics/analysis.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';

/** The column to group by. Segments only have their flow: the rest comes from the flows. */
export function rateGroup(of: RateQuery['of'], by: NonNullable<RateQuery['groupBy']>): RateGroup {
  const column = { flow: 'id', source: 'source_id', format: 'format' }[by];
  if (of === 'segments') {
    const names = { table: FLOWS.name, key: 'id', name: column };
    return { column: 'flow_id', ...(by !== 'flow' && { names }) };
  }
  if (of === 'flows') return { column };
  if (by === 'flow') throw new AppError('invalid_request', 'sources are of no flow', { field: 'group_by' });
  return { column: by === 'source' ? 'id' : 'format' };
}
