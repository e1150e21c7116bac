import { lookup } from '../../vastdb/query/table-query.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';
import type { Access } from '../access/access.ts';
import type { TableReads } from '../table-access.ts';
import { FLOW_COLLECTION_MEMBERS } from './flow-tables.ts';
import { visibleFlows } from '../access/visible-flows.ts';
import type { FlowDocument } from './flow-state.ts';

/** Reads the collectors of flows with them: one query, however many flows. */
export const COLLECTED_BY = [
  lookup(FLOW_COLLECTION_MEMBERS, { column: 'flow_id', match: 'member_id', equals: 'id' }),
] as const;

/** Leaves out of `collectedBy` the flows that a limited view does not have: one query, however many flows. */
export async function withVisibleCollectors(
  reader: TableReads,
  access: Access,
  flows: FlowDocument[],
): Promise<FlowDocument[]> {
  if (access.classes === undefined) return flows;
  const collectors = flows.map(({ collectedBy }) => fromJson(collectedBy));
  const visible = await visibleFlows(reader, access, collectors.flat());
  return flows.map((flow, index) => {
    const collectedBy = toJson(collectors[index]?.filter((id) => visible.has(id)) ?? []);
    return { ...flow, collectedBy };
  });
}
