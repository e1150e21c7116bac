import type { Flow, FlowCollectionItem } from '../../src/tams/flows/flow.ts';
import { insertMembers, removeMembers } from '../../src/tams/flows/collection-repository.ts';
import { FLOW_COLLECTION_MEMBERS as MEMBERS, FLOWS } from '../../src/tams/flows/flow-tables.ts';
import type { ManagedReader } from '../../src/vastdb/managed-reader.ts';
import { isIn } from '../../src/vastdb/predicate/builder.ts';
import { readDocuments } from './documents.ts';
import { checkRows, withoutOwner } from './row-check.ts';
import { notDeleting } from './segments.ts';

export const collections = checkRows(
  'collections',
  'members of collections exist, and are those of the document',
  withoutOwner({
    table: MEMBERS.name,
    column: 'flow_id',
    subject: 'members of flow',
    owners: FLOWS.name,
    problem: 'collects flows, and has no row',
    deleting: 'deletes the members',
  }),
  withoutOwner({
    table: MEMBERS.name,
    column: 'member_id',
    subject: 'collected flow',
    owners: FLOWS.name,
    problem: 'flows collect it, and it has no row; take it out by PUT /flows/{id}/flow_collection',
  }),
  {
    table: FLOWS.name,
    column: 'id',
    subject: 'flow',
    look: async (reader, keys) => {
      const [documents, indexed] = [await itemsOfDocuments(reader, keys), await membersOf(reader, keys)];
      const problems = new Map<string, string>();
      for (const [id, items] of documents) {
        const wanted = items.map((item) => JSON.stringify([item.id, item.role ?? '']));
        if (wanted.join() !== (indexed.get(id) ?? []).join()) {
          problems.set(id, 'the flows that it collects are not those of its document');
        }
      }
      return problems;
    },
    repair: {
      does: 'rebuilds the index of its members',
      mend: async (tx, keys) => {
        for (const [id, items] of await itemsOfDocuments(tx, keys)) {
          await removeMembers(tx, id);
          await insertMembers(tx, id, items);
        }
      },
    },
  },
);

async function itemsOfDocuments(
  reader: ManagedReader,
  ids: readonly string[],
): Promise<Map<string, readonly FlowCollectionItem[]>> {
  const documents = await readDocuments<Flow>(reader, FLOWS.name, notDeleting(ids));
  return new Map([...documents].map(([id, { flow_collection: items = [] }]) => [id, items]));
}

/** By flow, in order. */
async function membersOf(reader: ManagedReader, ids: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await reader.select({
    table: MEMBERS,
    columns: ['flow_id', 'member_id', 'role'],
    where: isIn('flow_id', ids),
    orderBy: [
      { column: 'flow_id', direction: 'asc' },
      { column: 'position', direction: 'asc' },
    ],
  });
  const byFlow = new Map<string, string[]>();
  for (const [id, member, role] of rows) {
    const texts = byFlow.get(id) ?? [];
    texts.push(JSON.stringify([member, role]));
    byFlow.set(id, texts);
  }
  return byFlow;
}
