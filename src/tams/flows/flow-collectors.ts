import type { FlowDocument } from '../store.ts';
import type { Lookup } from '../../vastdb/engine.ts';
import type { Access } from '../access/access.ts';
import type { TableReads } from '../table-access.ts';
import { FLOW_COLLECTION_MEMBERS } from '../tables.ts';
import { visibleFlows } from '../access/visible-flows.ts';

/** Reads the collectors of flows with them: one query, however many flows. */
export const COLLECTED_BY: readonly Lookup[] = [
  { table: FLOW_COLLECTION_MEMBERS.name, column: 'flow_id', match: 'member_id', equals: 'id' },
];

/** Leaves out of `collectedBy` the flows that a limited view does not have: one query, however many flows. */
export async function withVisibleCollectors(
  reader: TableReads,
  access: Access,
  flows: FlowDocument[],
): Promise<FlowDocument[]> {
  if (access.classes === undefined) return flows;
  const collectors = flows.map(({ collectedBy }) => JSON.parse(collectedBy) as string[]);
  const visible = await visibleFlows(reader, access, collectors.flat());
  return flows.map((flow, index) => {
    const collectedBy = JSON.stringify(collectors[index]?.filter((id) => visible.has(id)) ?? []);
    return { ...flow, collectedBy };
  });
}
