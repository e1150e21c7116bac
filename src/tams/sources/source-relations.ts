import type { FlowReader } from '../flows/flow-repository.ts';
import { NO_ROLE, type CollectionEdge, type CollectionReader } from '../flows/collection-repository.ts';
import type { CollectionItem } from '../flows/flow.ts';
import { nextTurn } from '../../shared/loop-turns.ts';

interface FlowsAndCollections {
  readonly flows: FlowReader;
  readonly collections: CollectionReader;
}

export interface SourceRelations {
  readonly source_collection?: CollectionItem[];
  readonly collected_by?: string[];
}

/** A source shows the relations of its first flows, in the order of creation. */
export const RELATED_FLOWS_MAX = 5_000;
/** In each direction. */
const EDGES_MAX = 5_000;

/**
 * Infers the collections of sources, in both directions, from those of their flows (TAMS 7.0, `schemas/source.json`):
 * always current, and stored nowhere. Four queries, however many sources; if these have many flows, four for each half of them,
 * in turns of the event loop of their own (docs/adr/0021-bounded-listings.md).
 */
export async function inferRelations(
  store: FlowsAndCollections,
  sourceIds: readonly string[],
): Promise<Map<string, SourceRelations>> {
  const sourceOf = await store.flows.ofSources(sourceIds, RELATED_FLOWS_MAX);
  if (sourceOf.size === RELATED_FLOWS_MAX && sourceIds.length > 1) {
    const half = sourceIds.length >> 1;
    await nextTurn();
    const first = await inferRelations(store, sourceIds.slice(0, half));
    await nextTurn();
    return new Map([...first, ...(await inferRelations(store, sourceIds.slice(half)))]);
  }
  const flowIds = [...sourceOf.keys()];
  const down = await store.collections.membersOf(flowIds, EDGES_MAX);
  const up = await store.collections.collectorsOf(flowIds, EDGES_MAX);
  const others = new Set([...down.map(({ memberId }) => memberId), ...up.map(({ flowId }) => flowId)]);
  for (const [flowId, sourceId] of await store.flows.sourcesOf([...others].filter((id) => !sourceOf.has(id)))) {
    sourceOf.set(flowId, sourceId);
  }
  const collections = groupMembers(down, sourceOf);
  const collectors = groupCollectors(up, sourceOf);
  return new Map(
    sourceIds.map((id) => {
      const members = collections.get(id);
      const collectedBy = collectors.get(id);
      return [
        id,
        {
          ...(members === undefined ? {} : { source_collection: [...members.values()] }),
          ...(collectedBy === undefined ? {} : { collected_by: [...collectedBy] }),
        },
      ];
    }),
  );
}

/**
 * The sources that any of these collects, of the first flows of each as above: three queries. The other way round than
 * `inferRelations`, which limits the flows of the source that is collected.
 */
export async function collectedSources(
  { flows, collections }: FlowsAndCollections,
  sourceIds: readonly string[],
): Promise<string[]> {
  const collectors = await flows.ofSources(sourceIds, RELATED_FLOWS_MAX);
  const members = await collections.membersOf([...collectors.keys()], EDGES_MAX);
  const sourceOf = await flows.sourcesOf(members.map(({ memberId }) => memberId));
  return [...new Set(sourceOf.values())];
}

/** Several flows of a source may collect flows of the same source in the same role: that is one member. */
function groupMembers(
  edges: readonly CollectionEdge[],
  sourceOf: ReadonlyMap<string, string>,
): Map<string, Map<string, CollectionItem>> {
  const grouped = new Map<string, Map<string, CollectionItem>>();
  for (const { flowId, memberId, role } of edges) {
    const collector = sourceOf.get(flowId);
    const id = sourceOf.get(memberId);
    if (collector === undefined || id === undefined) continue;
    const members = grouped.get(collector) ?? new Map<string, CollectionItem>();
    members.set(`${id} ${role}`, role === NO_ROLE ? { id } : { id, role });
    grouped.set(collector, members);
  }
  return grouped;
}

function groupCollectors(
  edges: readonly CollectionEdge[],
  sourceOf: ReadonlyMap<string, string>,
): Map<string, Set<string>> {
  const grouped = new Map<string, Set<string>>();
  for (const { flowId, memberId } of edges) {
    const collector = sourceOf.get(flowId);
    const member = sourceOf.get(memberId);
    if (collector === undefined || member === undefined) continue;
    grouped.set(member, (grouped.get(member) ?? new Set()).add(collector));
  }
  return grouped;
}
