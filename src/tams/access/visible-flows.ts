import { and, isIn } from '../../vastdb/predicate/builder.ts';
import type { Access } from './access.ts';
import { NOT_DELETING } from '../flows/flow-row.ts';
import type { TableReads } from '../table-access.ts';
import { FLOWS } from '../flows/flow-tables.ts';

/** Those of the flows that the view has, each with its life. */
export async function visibleFlows(
  reader: TableReads,
  { visible }: Access,
  flowIds: readonly string[],
): Promise<Map<string, string>> {
  if (flowIds.length === 0) return new Map();
  const { rows } = await reader.select({
    table: FLOWS,
    columns: ['id', 'life'],
    where: and([isIn('id', [...new Set(flowIds)]), NOT_DELETING, visible]),
  });
  return new Map(rows.map(([id, life]) => [id, life ?? id]));
}
