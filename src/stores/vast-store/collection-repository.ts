import type { FlowCollectionItem } from '../../domain/flow.ts';
import type { CollectionEdge, CollectionReads, Collections } from '../../domain/store.ts';
import { eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { TableReads } from './table-access.ts';
import { FLOW_COLLECTION_MEMBERS as MEMBERS } from './tables.ts';

export class CollectionReader implements CollectionReads {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  membersOf(flowIds: readonly string[]): Promise<CollectionEdge[]> {
    return this.#edges('flow_id', flowIds);
  }

  collectorsOf(memberIds: readonly string[]): Promise<CollectionEdge[]> {
    return this.#edges('member_id', memberIds);
  }

  async #edges(column: 'flow_id' | 'member_id', ids: readonly string[]): Promise<CollectionEdge[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.#reader.select({
      table: MEMBERS.name,
      columns: ['flow_id', 'member_id', 'role'],
      where: isIn(column, ids),
      orderBy: [
        { column: 'flow_id', direction: 'asc' },
        { column: 'position', direction: 'asc' },
      ],
    });
    return (rows as [string, string, string][]).map(([flowId, memberId, role]) => ({ flowId, memberId, role }));
  }
}

export class CollectionRepository extends CollectionReader implements Collections {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  hold(flowIds: readonly string[]): Promise<void> {
    return this.#tx.lock(flowIds.map((id) => `collection:${id}`));
  }
}

export async function insertMembers(
  tx: ManagedTransaction,
  flowId: string,
  items: readonly FlowCollectionItem[],
): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map(({ id, role }, position) => [flowId, BigInt(position), id, role]);
  await tx.insertArrays(MEMBERS.name, ['flow_id', 'position', 'member_id', 'role'], rows);
}

export async function removeMembers(tx: ManagedTransaction, flowId: string): Promise<void> {
  await tx.delete(MEMBERS.name, eq('flow_id', flowId));
}

/** Both directions. */
export async function removeEdgesOf(tx: ManagedTransaction, flowId: string): Promise<void> {
  // Two deletions: not every engine finds rows by one column or another.
  await tx.delete(MEMBERS.name, eq('flow_id', flowId));
  await tx.delete(MEMBERS.name, eq('member_id', flowId));
}
