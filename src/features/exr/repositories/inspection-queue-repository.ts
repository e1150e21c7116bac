import type { ObjectPlace } from '../../../formats/s3-notification.ts';
import { uuidV7 } from '../../../shared/uuid.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { isIn, lte } from '../../../vastdb/predicate/builder.ts';
import { fromJson, type Json, toJson } from '../../../shared/json-text.ts';
import type { TableReads } from '../../../tams/table-access.ts';
import { EXR_QUEUE } from '../exr-tables.ts';
import type { StoreTransaction } from '../../../tams/vast-store.ts';

/** Objects that are to be inspected, and how often that was tried. */
export interface QueuedInspection {
  readonly id: string;
  readonly objectIds: readonly string[];
  /** Keys of buckets: by now an object may lie there, another file, or nothing. */
  readonly places: readonly ObjectPlace[];
  /** Attempts that failed. */
  readonly attempt: number;
}

/** Objects of one row: their ids, of 255 bytes at most, fit into a cell of every engine. */
const OBJECTS_PER_ROW = 100;
/** Keys have up to 1,024 bytes, and JSON may take six for one. */
const PLACES_PER_ROW = 10;
const NO_OBJECTS = toJson<readonly string[]>([]);

/** Whether one is due. */
export async function hasDueInspections(reader: TableReads, nowMs: number): Promise<boolean> {
  const where = lte('due_ms', BigInt(nowMs));
  const { rows } = await reader.select({ table: EXR_QUEUE, columns: ['due_ms'], where, limit: 1 });
  return rows.length > 0;
}

/** EXR objects that segments were registered of, and that nobody has looked into yet. */
export class InspectionQueueRepository {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    this.#tx = tx;
  }

  /** One insert, however many objects. */
  async add(objectIds: readonly string[], dueAtMs: number, attempt = 0): Promise<void> {
    const rows: [string, Json<readonly string[]>, bigint, number][] = [];
    for (let start = 0; start < objectIds.length; start += OBJECTS_PER_ROW) {
      const ids = toJson(objectIds.slice(start, start + OBJECTS_PER_ROW));
      rows.push([uuidV7(), ids, BigInt(dueAtMs), attempt]);
    }
    await this.#tx.insertArrays(EXR_QUEUE, ['id', 'object_ids', 'due_ms', 'attempt'], rows);
  }

  /** One insert, however many places. */
  async addPlaces(places: readonly ObjectPlace[], dueAtMs: number, attempt = 0): Promise<void> {
    const rows = [];
    for (let start = 0; start < places.length; start += PLACES_PER_ROW) {
      const some = toJson(places.slice(start, start + PLACES_PER_ROW));
      rows.push({ id: uuidV7(), object_ids: NO_OBJECTS, places: some, due_ms: BigInt(dueAtMs), attempt });
    }
    await this.#tx.insert(EXR_QUEUE, rows);
  }

  /** Those that are due, the longest due first. */
  async due(nowMs: number, limit: number): Promise<QueuedInspection[]> {
    const { rows } = await this.#tx.select({
      table: EXR_QUEUE,
      columns: ['id', 'object_ids', 'attempt', 'places', 'due_ms'],
      where: lte('due_ms', BigInt(nowMs)),
      orderBy: [{ column: 'due_ms', direction: 'asc' }],
      limit,
      timeline: { column: 'due_ms' },
    });
    return rows.map(([id, objectIds, attempt, places]) => ({
      id,
      objectIds: fromJson(objectIds),
      places: places === null ? [] : fromJson(places),
      attempt,
    }));
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#tx.delete(EXR_QUEUE, isIn('id', ids));
  }
}

/** The queue, in the transaction of a change of TAMS. */
export const inspectionsOf = (tx: StoreTransaction): InspectionQueueRepository =>
  new InspectionQueueRepository(tx.rows);
