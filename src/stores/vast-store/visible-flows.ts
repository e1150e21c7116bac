import { and, isIn } from '../../vastdb/predicate/builder.ts';
import type { Access } from './access.ts';
import { NOT_DELETING } from './flow-row.ts';
import type { TableReads } from './table-access.ts';
import { FLOWS } from './tables.ts';

/** Those of the flows that the view has. */
export async function visibleFlows(
  reader: TableReads,
  { visible }: Access,
  flowIds: readonly string[],
): Promise<Set<string>> {
  if (flowIds.length === 0) return new Set();
  const { rows } = await reader.select({
    table: FLOWS.name,
    columns: ['id'],
    where: and([isIn('id', [...new Set(flowIds)]), NOT_DELETING, visible]),
  });
  return new Set((rows as [string][]).map(([id]) => id));
}
