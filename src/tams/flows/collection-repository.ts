import type { FlowCollectionItem } from './flow.ts';
import { eq, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { TableReads } from '../table-access.ts';
import { FLOW_COLLECTION_MEMBERS as MEMBERS } from './flow-tables.ts';

export interface CollectionEdge {
  readonly flowId: string;
  readonly memberId: string;
  readonly role: string;
}

export class CollectionReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  /** Edges from these flows to what they collect. */
  membersOf(flowIds: readonly string[], limit?: number): Promise<CollectionEdge[]> {
    return this.#edges('flow_id', flowIds, limit);
  }

  /** Edges to these flows from those that collect them. */
  collectorsOf(memberIds: readonly string[], limit?: number): Promise<CollectionEdge[]> {
    return this.#edges('member_id', memberIds, limit);
  }

  async #edges(
    column: 'flow_id' | 'member_id',
    ids: readonly string[],
    limit: number | undefined,
  ): Promise<CollectionEdge[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.#reader.select({
      table: MEMBERS,
      columns: ['flow_id', 'member_id', 'role'],
      where: isIn(column, ids),
      orderBy: [
        { column: 'flow_id', direction: 'asc' },
        { column: 'position', direction: 'asc' },
      ],
      limit,
    });
    return rows.map(([flowId, memberId, role]) => ({ flowId, memberId, role }));
  }
}

export class CollectionRepository extends CollectionReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /**
   * Call it before a decision that depends on the collections of these flows, or on their existence. If two
   * transactions hold a flow, only one commits, unless one began after the other.
   */
  hold(flowIds: readonly string[]): Promise<void> {
    return this.#tx.lock(flowIds.map((id) => `collection:${id}`));
  }
}

/** Members without a role have this cell. */
export const NO_ROLE = '';

/** Their positions count from `first`: they give the order, and may have gaps. */
export async function insertMembers(
  tx: ManagedTransaction,
  flowId: string,
  items: readonly FlowCollectionItem[],
  first = 0n,
): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map(({ id, role = NO_ROLE }, index) => [flowId, first + BigInt(index), id, role] as const);
  await tx.insertArrays(MEMBERS, ['flow_id', 'position', 'member_id', 'role'], rows);
}

/**
 * Writes only the difference. The common beginning stays, and so does the common end, if the positions between have
 * room for the new members.
 */
export async function replaceMembers(
  tx: ManagedTransaction,
  flowId: string,
  { before, after }: { readonly before: readonly FlowCollectionItem[]; readonly after: readonly FlowCollectionItem[] },
): Promise<void> {
  const same = (a?: FlowCollectionItem, b?: FlowCollectionItem): boolean => a?.id === b?.id && a?.role === b?.role;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && same(before[head], after[head])) head++;
  if (head === before.length && head === after.length) return;
  let tail = 0;
  while (tail < shorter - head && same(before.at(-1 - tail), after.at(-1 - tail))) tail++;

  const { rows, rowIds } = await tx.select({
    table: MEMBERS,
    columns: ['position'],
    where: eq('flow_id', flowId),
    orderBy: [{ column: 'position', direction: 'asc' }],
    rowIds: true,
  });
  // If the index does not match the document, it is rebuilt.
  if (rows.length !== before.length) head = tail = 0;
  const positions = rows.map(([position]) => position);
  const first = (positions[head - 1] ?? -1n) + 1n;
  const end = positions[rows.length - tail];
  if (end !== undefined && end - first < BigInt(after.length - tail - head)) tail = 0;
  await tx.deleteByRowIds(MEMBERS, rowIds.slice(head, rows.length - tail));
  await insertMembers(tx, flowId, after.slice(head, after.length - tail), first);
}

export async function removeMembers(tx: ManagedTransaction, flowId: string): Promise<void> {
  await tx.delete(MEMBERS, eq('flow_id', flowId));
}

/** Both directions. */
export async function removeEdgesOf(tx: ManagedTransaction, flowId: string): Promise<void> {
  // Two deletions: not every engine finds rows by one column or another.
  await tx.delete(MEMBERS, eq('flow_id', flowId));
  await tx.delete(MEMBERS, eq('member_id', flowId));
}
