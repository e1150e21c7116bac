import { and, eq, gt, isIn, lte } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { type RowHandle, type TableReads, toHandle, toRowId } from '../table-access.ts';
import { RECLAIM_QUEUE, type ReclaimReason } from './object-tables.ts';

export class ReclaimQueueReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  /** Whether there is anything to look at. */
  async hasDue(nowMs: number): Promise<boolean> {
    const where = lte('due_ms', BigInt(nowMs));
    const { rows } = await this.#reader.select({ table: RECLAIM_QUEUE, columns: ['due_ms'], where, limit: 1 });
    return rows.length > 0;
  }
}

/** Objects that may have become unused, and when to look at them. */
export class ReclaimQueueRepository extends ReclaimQueueReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  async add(objectIds: readonly string[], dueAtMs: number, reason: ReclaimReason): Promise<void> {
    if (objectIds.length === 0) return;
    const due = BigInt(dueAtMs);
    const rows = objectIds.map((objectId) => [due, objectId, reason] as const);
    await this.#tx.insertArrays(RECLAIM_QUEUE, ['due_ms', 'object_id', 'reason'], rows);
  }

  async due(nowMs: number, limit: number): Promise<{ objectId: string; handle: RowHandle }[]> {
    const { rows, rowIds } = await this.#tx.select({
      table: RECLAIM_QUEUE,
      columns: ['object_id'],
      where: lte('due_ms', BigInt(nowMs)),
      orderBy: [{ column: 'due_ms', direction: 'asc' }],
      limit,
      timeline: { column: 'due_ms' },
      rowIds: true,
    });
    return rows.map(([objectId], index) => ({ objectId, handle: toHandle(rowIds[index]) }));
  }

  /** Those of the objects that were dropped so lately that they are kept still. */
  async inGrace(objectIds: readonly string[], nowMs: number): Promise<Set<string>> {
    if (objectIds.length === 0) return new Set();
    const { rows } = await this.#tx.select({
      table: RECLAIM_QUEUE,
      columns: ['object_id'],
      where: and([isIn('object_id', objectIds), gt('due_ms', BigInt(nowMs)), eq('reason', 'dropped')]),
    });
    return new Set(rows.map(([id]) => id));
  }

  async remove(handles: readonly RowHandle[]): Promise<void> {
    if (handles.length > 0) await this.#tx.deleteByRowIds(RECLAIM_QUEUE, handles.map(toRowId));
  }

  /** All entries of these objects, whenever they are due. */
  async removeObjects(objectIds: readonly string[]): Promise<void> {
    if (objectIds.length > 0) await this.#tx.delete(RECLAIM_QUEUE, isIn('object_id', objectIds));
  }
}
