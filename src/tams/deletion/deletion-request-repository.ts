import type { DeletionRequest } from './deletion.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { and, eq, gt, isNull, lte, ne, or } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';
import { type Access, ACCESS_COLUMN, type AccessPredicate, checkUnreachable } from '../access/access.ts';
import type { SortOrder } from '../documents/filters.ts';
import { afterCursor, sortedBy, toPage } from '../documents/listing-order.ts';
import { spreadOf, timeKey } from '../documents/sort-keys.ts';
import type { TableReads } from '../table-access.ts';
import { DELETION_REQUESTS } from './deletion-tables.ts';
import { FLOWS } from '../flows/flow-tables.ts';

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

type RequestRow = RowOf<typeof DELETION_REQUESTS>;
type RequestCells = CellsOf<RequestRow, typeof COLUMNS>;

const toCells = (request: DeletionRequest): RequestCells => [
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
  request.error === undefined ? null : toJson(request.error),
];

export const DELETION_SORT_COLUMNS = ['sort_created', 'sort_expiry', 'spread'] as const;

/** In the order of DELETION_SORT_COLUMNS. */
export const deletionSortCells = ({ id, created, expiry }: Pick<DeletionRequest, 'id' | 'created' | 'expiry'>) =>
  [timeKey(created, id), timeKey(expiry, id), spreadOf(id)] as const;

function toRequest(cells: RequestCells): DeletionRequest {
  const [id, flowId, objectId, toDelete, remaining, deleteFlow, status, created, createdBy, updated, expiryMs, error] =
    cells;
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
    ...(expiryMs === null ? {} : { expiry: new Date(Number(expiryMs)).toISOString() }),
    ...(error === null ? {} : { error: fromJson(error) }),
  };
}

const notExpired = (nowMs: number): Where<RequestRow> => or([isNull('expiry_ms'), gt('expiry_ms', BigInt(nowMs))]);

const expired = (nowMs: number): Where<RequestRow> => lte('expiry_ms', BigInt(nowMs));

const UNFINISHED = ne('status', 'done');

const IN_ORDER = [
  { column: 'created', direction: 'asc' },
  { column: 'id', direction: 'asc' },
] as const;

export class DeletionRequestReader {
  readonly #reader: TableReads;
  readonly #access: Access;

  constructor(reader: TableReads, access: Access) {
    this.#reader = reader;
    this.#access = access;
  }

  /** Without an order, the oldest first. */
  async list(
    nowMs: number,
    page: PageRequest,
    order?: SortOrder<'created' | 'expiry'>,
  ): Promise<Page<DeletionRequest>> {
    if (order !== undefined) return this.#listSorted(nowMs, page, order);
    const beyond = afterCursor(IN_ORDER, page.after, ['string', 'string']);
    const { rows, cut } = await this.#reader.select({
      table: DELETION_REQUESTS,
      columns: COLUMNS,
      where: and([notExpired(nowMs), this.#access.visible, ...beyond]),
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

  async #listSorted(
    nowMs: number,
    page: PageRequest,
    { by, reverse }: SortOrder<'created' | 'expiry'>,
  ): Promise<Page<DeletionRequest>> {
    const { after, orderBy, hints, positionOf } = sortedBy({ by, reverse });
    const { rows, cut } = await this.#reader.select({
      table: DELETION_REQUESTS.name,
      columns: [`sort_${by}`, ...COLUMNS],
      where: and([notExpired(nowMs), this.#access.visible, ...after(page.after)]),
      orderBy,
      ...hints,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
    });
    return toPage(
      // The column of the order is known at run time, so cells have no types; those without a key were left out.
      { rows: rows as [string, ...RequestCells][], cut },
      page.limit,
      ([, ...cells]) => toRequest(cells),
      ([key, id]) => positionOf(key, id),
    );
  }

  async find(id: string, nowMs: number): Promise<DeletionRequest | undefined> {
    const known = and([eq('id', id), notExpired(nowMs)]);
    const [request] = await this.select(and([known, this.#access.visible]));
    if (request !== undefined) return request;
    const isThere = async (within: AccessPredicate): Promise<boolean> =>
      (await this.select(and([known, within]))).length > 0;
    return checkUnreachable(this.#access, `what deletion request ${id} is about`, isThere);
  }

  /** Not yet done, oldest first. */
  unfinished(): Promise<DeletionRequest[]> {
    return this.select(UNFINISHED);
  }

  async hasExpired(nowMs: number): Promise<boolean> {
    const where = expired(nowMs);
    const { rows } = await this.#reader.select({ table: DELETION_REQUESTS, columns: ['id'], where, limit: 1 });
    return rows.length > 0;
  }

  protected async select(where: Where<RequestRow>): Promise<DeletionRequest[]> {
    const { rows } = await this.#reader.select({
      table: DELETION_REQUESTS,
      columns: COLUMNS,
      where,
      orderBy: IN_ORDER,
    });
    return rows.map(toRequest);
  }
}

export class DeletionRequestRepository extends DeletionRequestReader {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction, access: Access) {
    super(tx, access);
    this.#tx = tx;
  }

  async insert(request: DeletionRequest): Promise<void> {
    // A principal that saw the flow sees its deletion request, also after the flow is gone.
    const { rows } = await this.#tx.select({
      table: FLOWS,
      columns: [ACCESS_COLUMN],
      where: eq('id', request.flowId),
    });
    const columns = [...COLUMNS, ...DELETION_SORT_COLUMNS, ACCESS_COLUMN] as const;
    const cells = [...toCells(request), ...deletionSortCells(request), rows[0]?.[0] ?? null] as const;
    await this.#tx.insertArrays(DELETION_REQUESTS, columns, [cells]);
  }

  async update(request: DeletionRequest): Promise<void> {
    const { rowIds } = await this.#tx.select({
      table: DELETION_REQUESTS,
      columns: [],
      where: eq('id', request.id),
      rowIds: true,
    });
    await this.#tx.updateByRowIds(
      DELETION_REQUESTS,
      rowIds,
      [...COLUMNS, ...DELETION_SORT_COLUMNS],
      rowIds.map(() => [...toCells(request), ...deletionSortCells(request)] as const),
    );
  }

  unfinishedOf(flowId: string): Promise<DeletionRequest[]> {
    return this.select(and([eq('flow_id', flowId), UNFINISHED]));
  }

  removeExpired(nowMs: number): Promise<number> {
    return this.#tx.delete(DELETION_REQUESTS, expired(nowMs));
  }
}
