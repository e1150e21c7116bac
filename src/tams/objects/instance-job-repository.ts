import { and, eq, isIn, lte } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import type { RowId } from '../../vastdb/engine.ts';
import { type TableReads, toHandle, toRowId } from '../table-access.ts';
import type { InstanceJob, StoredInstanceJob, WaitingCopies } from './instance-job.ts';
import { INSTANCE_JOBS } from './instance-tables.ts';

const COLUMNS = [
  'object_id',
  'storage_id',
  'storage_path',
  'task',
  'due_ms',
  'created_ms',
  'attempts',
  'principal',
] as const;

type JobRow = RowOf<typeof INSTANCE_JOBS>;

const toJob = (row: CellsOf<JobRow, typeof COLUMNS>, rowId: RowId | undefined): StoredInstanceJob => ({
  objectId: row[0],
  storageId: row[1],
  storagePath: row[2],
  task: row[3],
  dueMs: Number(row[4]),
  createdMs: Number(row[5]),
  attempts: row[6],
  principal: row[7],
  handle: toHandle(rowId),
});

export class InstanceJobReader {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  /** Those that are due, the longest first. */
  async due(nowMs: number, limit: number): Promise<StoredInstanceJob[]> {
    const { rows, rowIds } = await this.#reader.select({
      table: INSTANCE_JOBS,
      columns: COLUMNS,
      where: lte('due_ms', BigInt(nowMs)),
      orderBy: [{ column: 'due_ms', direction: 'asc' }],
      limit,
      timeline: { column: 'due_ms' },
      rowIds: true,
    });
    return rows.map((row, index) => toJob(row, rowIds[index]));
  }
}

export class InstanceJobRepository extends InstanceJobReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    super(tx);
    this.#tx = tx;
  }

  /** The job as it is now; undefined where it is done. */
  async find({ objectId, storageId, storagePath, task }: InstanceJob): Promise<StoredInstanceJob | undefined> {
    const found = await this.#select(and([eq('object_id', objectId), eq('task', task)]));
    return found.find((job) => job.storageId === storageId && job.storagePath === storagePath);
  }

  /** Copies of an object that are under way. */
  copiesOf(objectId: string): Promise<StoredInstanceJob[]> {
    return this.#select(and([eq('object_id', objectId), IS_COPY]));
  }

  /** Those of the objects that are being copied. Their copies are due now. */
  async hurryCopies(objectIds: readonly string[], nowMs: number): Promise<Set<string>> {
    if (objectIds.length === 0) return new Set();
    const copies = await this.#select(and([isIn('object_id', objectIds), IS_COPY]));
    const later = copies.filter(({ dueMs }) => dueMs > nowMs).map(({ handle }) => toRowId(handle));
    const cells = later.map(() => [BigInt(nowMs)] as const);
    if (later.length > 0) await this.#tx.updateByRowIds(INSTANCE_JOBS, later, ['due_ms'], cells);
    return new Set(copies.map(({ objectId }) => objectId));
  }

  async waiting(principal: string): Promise<WaitingCopies> {
    const total = await this.#tx.count(INSTANCE_JOBS, IS_COPY);
    const ofPrincipal = await this.#tx.count(INSTANCE_JOBS, and([IS_COPY, eq('principal', principal)]));
    return { total, ofPrincipal };
  }

  async add(job: InstanceJob): Promise<void> {
    const { objectId, storageId, storagePath, task, dueMs, createdMs, attempts, principal } = job;
    const cells = [
      objectId,
      storageId,
      storagePath,
      task,
      BigInt(dueMs),
      BigInt(createdMs),
      attempts,
      principal,
    ] as const;
    await this.#tx.insertArrays(INSTANCE_JOBS, COLUMNS, [cells]);
  }

  /** To be tried again. */
  async putOff({ handle, attempts }: StoredInstanceJob, dueMs: number, error: string): Promise<void> {
    const cells = [BigInt(dueMs), attempts + 1, error] as const;
    await this.#tx.updateByRowIds(INSTANCE_JOBS, [toRowId(handle)], ['due_ms', 'attempts', 'error'], [cells]);
  }

  /** The copy is not to be made any more: what there may be of it goes. */
  async cancel({ handle }: StoredInstanceJob): Promise<void> {
    const cells = ['remove', BigInt(Date.now()), 0] as const;
    await this.#tx.updateByRowIds(INSTANCE_JOBS, [toRowId(handle)], ['task', 'due_ms', 'attempts'], [cells]);
  }

  async remove({ handle }: StoredInstanceJob): Promise<void> {
    await this.#tx.deleteByRowIds(INSTANCE_JOBS, [toRowId(handle)]);
  }

  async #select(where: Where<JobRow>): Promise<StoredInstanceJob[]> {
    const { rows, rowIds } = await this.#tx.select({ table: INSTANCE_JOBS, columns: COLUMNS, where, rowIds: true });
    return rows.map((row, index) => toJob(row, rowIds[index]));
  }
}

const IS_COPY = eq('task', 'copy');
