import type { DeletionRequest, DeletionRequestReads, DeletionRequests, DeletionStatus } from './deletion-request.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { Cell, Ordering } from '../../vastdb/engine.ts';
import { and, eq, gt, isNull, lte, ne, or } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { type Access, ACCESS_COLUMN } from '../access/access.ts';
import { toPage } from '../documents/keyset-page.ts';
import { afterCursor } from '../documents/listing-order.ts';
import type { TableReads } from '../table-access.ts';
import { DELETION_REQUESTS, FLOWS } from '../tables.ts';

const COLUMNS = [
  'id',
  'flow_id',
  'object_id',
  'timerange_to_delete',
  'timerange_remaining',
  'delete_flow',
  'status',
  'created',
  'created_by',
  'updated',
  'expiry_ms',
  'error',
] as const;

const toCells = (request: DeletionRequest): Cell[] => [
  request.id,
  request.flowId,
  request.objectId ?? null,
  request.timerangeToDelete.toString(),
  request.timerangeRemaining.toString(),
  request.deleteFlow,
  request.status,
  request.created,
  request.createdBy,
  request.updated,
  request.expiry === undefined ? null : BigInt(Date.parse(request.expiry)),
  request.error === undefined ? null : JSON.stringify(request.error),
];

function toRequest(row: Cell[]): DeletionRequest {
  const [id, flowId, objectId, toDelete, remaining, deleteFlow, status, created, createdBy, updated, expiryMs, error] =
    row as [string, string, string | null, string, string, boolean, DeletionStatus, string, string, string, ...Cell[]];
  return {
    id,
    flowId,
    ...(objectId === null ? {} : { objectId }),
    timerangeToDelete: TimeRange.parse(toDelete),
    timerangeRemaining: TimeRange.parse(remaining),
    deleteFlow,
    status,
    created,
    createdBy,
    updated,
    ...(typeof expiryMs === 'bigint' ? { expiry: new Date(Number(expiryMs)).toISOString() } : {}),
    ...(typeof error === 'string' ? { error: JSON.parse(error) as DeletionRequest['error'] } : {}),
  };
}

const notExpired = (nowMs: number): Predicate => or([isNull('expiry_ms'), gt('expiry_ms', BigInt(nowMs))]);

const expired = (nowMs: number): Predicate => lte('expiry_ms', BigInt(nowMs));

const UNFINISHED = ne('status', 'done');

const IN_ORDER: readonly Ordering[] = [
  { column: 'created', direction: 'asc' },
  { column: 'id', direction: 'asc' },
];

export class DeletionRequestReader implements DeletionRequestReads {
  readonly #reader: TableReads;
  readonly #visible: Predicate;

  constructor(reader: TableReads, { visible }: Access) {
    this.#reader = reader;
    this.#visible = visible;
  }

  async list(nowMs: number, page: PageRequest): Promise<Page<DeletionRequest>> {
    const beyond = afterCursor(IN_ORDER, page.after, ['string', 'string']);
    const { rows, cut } = await this.#reader.select({
      table: DELETION_REQUESTS.name,
      columns: COLUMNS,
      where: and([notExpired(nowMs), this.#visible, ...beyond]),
      orderBy: IN_ORDER,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
    });
    return toPage(
      { rows: rows.map(toRequest), cut },
      page.limit,
      (each) => each,
      ({ created, id }) => [created, id],
    );
  }

  async find(id: string, nowMs: number): Promise<DeletionRequest | undefined> {
    const [request] = await this.select(and([eq('id', id), notExpired(nowMs), this.#visible]));
    return request;
  }

  unfinished(): Promise<DeletionRequest[]> {
    return this.select(UNFINISHED);
  }

  async hasExpired(nowMs: number): Promise<boolean> {
    const where = expired(nowMs);
    const { rows } = await this.#reader.select({ table: DELETION_REQUESTS.name, columns: ['id'], where, limit: 1 });
    return rows.length > 0;
  }

  protected async select(where: Predicate): Promise<DeletionRequest[]> {
    const { rows } = await this.#reader.select({
      table: DELETION_REQUESTS.name,
      columns: COLUMNS,
      where,
      orderBy: IN_ORDER,
    });
    return rows.map(toRequest);
  }
}

export class DeletionRequestRepository extends DeletionRequestReader implements DeletionRequests {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
  }

  async insert(request: DeletionRequest): Promise<void> {
    // A principal that saw the flow sees its deletion request, also after the flow is gone.
    const { rows } = await this.#tx.select({
      table: FLOWS.name,
      columns: [ACCESS_COLUMN],
      where: eq('id', request.flowId),
    });
    const columns = [...COLUMNS, ACCESS_COLUMN];
    await this.#tx.insertArrays(DELETION_REQUESTS.name, columns, [[...toCells(request), rows[0]?.[0] ?? null]]);
  }

  async update(request: DeletionRequest): Promise<void> {
    const cells = toCells(request);
    const changes = Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index] ?? null]));
    await this.#tx.update(DELETION_REQUESTS.name, eq('id', request.id), changes);
  }

  unfinishedOf(flowId: string): Promise<DeletionRequest[]> {
    return this.select(and([eq('flow_id', flowId), UNFINISHED]));
  }

  removeExpired(nowMs: number): Promise<number> {
    return this.#tx.delete(DELETION_REQUESTS.name, expired(nowMs));
  }
}
