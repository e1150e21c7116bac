import { fromJson, type Json } from '../../shared/json-text.ts';
import { inSelect, isIn } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { Access } from '../access/access.ts';
import { visibleFlows } from '../access/visible-flows.ts';
import type { TableReads } from '../table-access.ts';
import { FLOW_COLLECTION_MEMBERS, type FlowRow } from './flow-tables.ts';

/** The flows that any of these collects. Those that the view does not have collect nothing in it. */
export async function collectedByAny(
  reader: TableReads,
  access: Access,
  ids: readonly string[],
): Promise<Where<FlowRow>> {
  const collectors = access.classes === undefined ? ids : [...(await visibleFlows(reader, access, ids)).keys()];
  const where = isIn('flow_id', collectors);
  return inSelect('id', { table: FLOW_COLLECTION_MEMBERS, column: 'member_id', where });
}

/** For the collectors of each flow, whether the view has none of them: one query at most. */
export async function areUncollected(
  reader: TableReads,
  access: Access,
  flows: readonly Json<readonly string[]>[],
): Promise<boolean[]> {
  const collectors = flows.map(fromJson);
  if (access.classes === undefined) return collectors.map(({ length }) => length === 0);
  const visible = await visibleFlows(reader, access, collectors.flat());
  return collectors.map((ids) => !ids.some((id) => visible.has(id)));
}
