import { nextTurn } from '../../shared/loop-turns.ts';
import type { CursorPosition, Page, PageRequest } from '../../shared/paging.ts';
import type { Cell, Lookup, Ordering, Row, RowSet, TableDefinition } from '../engine.ts';
import { and, inSelect, isIn, not, or } from '../predicate/builder.ts';
import type { Condition, Predicate, Where } from '../predicate/predicate.ts';
import type { CellsOf, ColumnOf } from '../schema/define-table.ts';
import { RowBytes } from './row-bytes.ts';
import type { SelectQuery } from './select-query.ts';
import type { LookupCells } from './table-query.ts';

/** An order of rows that have an `id`, as a listing needs it. */
export interface ListingOrder {
  /** The column whose cell, with the id, says where a row is. */
  readonly column: string;
  readonly orderBy: readonly Ordering[];
  /** Lets engines that cannot order find a page without reading all. */
  readonly hints: Pick<SelectQuery, 'timeline' | 'sample'>;
  /**
   * The rows after this one, or all, as terms to be and-ed.
   *
   * @throws AppError invalid_cursor where the position is of another order
   */
  readonly after: (position: CursorPosition | undefined) => Predicate[];
  /** The rows up to this one, which is among them, as terms to be and-ed. */
  readonly upTo: (position: CursorPosition) => Predicate[];
  /** The position of a row with this cell in `column`. */
  readonly positionOf: (place: bigint | string, id: string) => CursorPosition;
}

/** Rows that own such a row in one of the tables, or own none. */
export interface OwnerTerm {
  readonly having: boolean;
  /** They have the same columns. */
  readonly tables: readonly string[];
  /** The column with the id of the owner. */
  readonly owner: string;
  readonly where: Predicate;
}

export interface ListingTerms<Term> {
  /** Terms that an index serves in this order: rows that they exclude are never read. */
  readonly indexed: readonly Term[];
  /**
   * Terms that an index serves in another order. If few rows satisfy one, these alone are looked at; else they may exclude
   * many rows, each of which is read.
   */
  readonly narrowing?: readonly Term[];
  /** Terms that may exclude many rows, each of which is read. */
  readonly scanned: readonly Term[];
  /** Terms that exclude few rows. */
  readonly others?: readonly Term[];
  readonly owners?: readonly OwnerTerm[];
}

/** Rows of a table with an `id`, by any filters, in any order. */
export interface Listing<
  R extends Row,
  Columns extends readonly ColumnOf<R>[],
  Lookups extends readonly Lookup<ColumnOf<R>>[],
> extends ListingTerms<Where<R>> {
  readonly table: TableDefinition<R>;
  readonly order: ListingOrder;
  readonly columns: Columns;
  readonly lookups?: Lookups;
  /** Checks rows that match all terms against other tables: one query for each at most. */
  readonly check?: ((rows: readonly ListedRow<R, Columns, Lookups>[]) => Promise<boolean[]>) | undefined;
}

export type ListedRow<R extends Row, Columns extends readonly ColumnOf<R>[], Lookups extends readonly Lookup[]> = [
  place: bigint | string,
  id: string,
  ...CellsOf<R, Columns>,
  ...LookupCells<Lookups>,
];

/** A listing of any table: its caller knows the types of the other cells. */
export type AnyListing = Listing<Row, readonly string[], readonly Lookup[]>;

type AnyRow = [place: bigint | string, id: string, ...Cell[]];

/** Reads the tables of a listing. */
interface ListingReads {
  readonly select: (query: SelectQuery) => Promise<RowSet>;
  /** Whether the engine orders rows. If not, it is not in this process: of its work only the checks count. */
  readonly orders: boolean;
}

/** The work budget of a page, in rows that are passed over. */
const MOST_WORK = 32_768;
/** Rows that are passed over in one turn of the event loop, some two milliseconds; and where each is looked up among the rows of owners. */
const ROWS_PER_TURN = 2_048;
const OWNERS_PER_TURN = 512;
const CHECKS_PER_TURN = 64;
/** A page of more may have many bytes: no two of them are read in one turn. */
const ROWS_WITHOUT_TURN = 100;
/** Bytes of rows that are read in one turn, some two milliseconds. */
const BYTES_PER_TURN = 512 * 1024;
/** A check of a row costs as much as passing over this many. */
const CHECK_WORK = 32;
/** Where a term has more owners they are not listed: for each page that would take as long as they are many. */
const MOST_OWNERS = 2_048;

/**
 * A page of a listing. One that has the bytes of a page, or takes too much work, ends early, with a cursor: it may have
 * fewer rows than its limit, and none at all.
 */
export async function readListing(
  { select, orders }: ListingReads,
  listing: AnyListing,
  page: PageRequest,
): Promise<Page<Cell[]>> {
  const { order, indexed, narrowing = [], scanned, others = [], owners = [], lookups, check } = listing;
  const table = listing.table.name;
  const { few, areMany } = orders ? await findCandidates(select, listing) : { areMany: false };
  const passesOver = [...narrowing, ...scanned];
  const isScan = orders && few === undefined && (areMany || passesOver.length > 0);
  const mostRows = areMany ? OWNERS_PER_TURN : ROWS_PER_TURN;
  const terms = [...indexed, ...passesOver, ...others, ...(few === undefined ? [] : [isIn('id', few)])];
  const wanted = page.limit + 1;
  const found: AnyRow[] = [];
  let length = Math.min(4 * wanted, mostRows);
  let after = order.after(page.after);
  const size = new RowBytes();
  const { maxBytes } = page;
  const bytesPerTurn = orders ? BYTES_PER_TURN : Infinity;
  let work = 0;
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst || isScan || check !== undefined || page.limit > ROWS_WITHOUT_TURN) await nextTurn({ isFirst });
    const stretch = isScan ? await nextStretch(select, listing, after, length) : undefined;
    const end = stretch?.end === undefined ? [] : order.upTo(stretch.end);
    const limit = check === undefined ? wanted - found.length : CHECKS_PER_TURN;
    const among = areMany ? stretch?.ids : few;
    const { rows: cells, cut } = await select({
      table,
      columns: [order.column, 'id', ...listing.columns],
      ...(lookups && { lookups }),
      where: and([...terms, ...owners.map((term) => ownersIn(term, among)), ...after, ...end]),
      orderBy: order.orderBy,
      limit,
      ...(maxBytes !== undefined && { maxBytes: Math.min(maxBytes - size.bytes, bytesPerTurn) }),
      ...order.hints,
    });
    const rows = placed(cells);
    const passed = await check?.(rows);
    for (const [index, row] of rows.entries()) {
      if (passed?.[index] === false) continue;
      found.push(row);
      size.add(row);
    }
    if (found.length >= wanted) {
      const items = found.slice(0, page.limit);
      const shown = items.at(-1);
      return shown === undefined ? { items } : { items, next: positionIn(order)(shown) };
    }
    const last = rows.at(-1);
    const isWhole = cut !== true && rows.length < limit;
    const reached = isWhole || last === undefined ? stretch?.end : positionIn(order)(last);
    if (reached === undefined) return { items: found };
    if (maxBytes !== undefined && size.bytes >= maxBytes) return { items: found, next: reached };
    work += (stretch?.ids.length ?? 0) + (passed?.length ?? 0) * CHECK_WORK;
    if (work >= MOST_WORK) return { items: found, next: reached };
    after = order.after(reached);
    length = Math.min(4 * length, mostRows);
  }
}

/**
 * The term as a predicate on the owners' table. Where `among` is given it is true only of owners among them, and the
 * rows of others are not read.
 */
export function ownersIn(
  { having, tables, owner, where }: OwnerTerm,
  among?: readonly string[],
): Predicate<Condition<'id', string>> {
  const within = among === undefined ? where : and<Predicate>([where, isIn(owner, among)]);
  const owners = or(tables.map((table) => inSelect('id', { table, column: owner, where: within })));
  // The other condition, on the owner, is about the tables of the subqueries.
  return (having ? owners : not(owners)) as Predicate<Condition<'id', string>>;
}

/** The next rows that the index brings. Their end is undefined where none come after them. */
async function nextStretch(
  select: ListingReads['select'],
  { table, order, indexed }: AnyListing,
  after: readonly Predicate[],
  length: number,
): Promise<{ ids: string[]; end: CursorPosition | undefined }> {
  const { rows } = await select({
    table: table.name,
    columns: [order.column, 'id'],
    where: and([...indexed, ...after]),
    orderBy: order.orderBy,
    limit: length,
  });
  const found = placed(rows);
  const last = found[length - 1];
  return { ids: found.map(([, id]) => id), end: last === undefined ? undefined : positionIn(order)(last) };
}

/** Rows whose first columns are that of the order and the id, neither of which is ever null. */
const placed = (rows: readonly (readonly Cell[])[]): AnyRow[] =>
  // A listing names its columns at run time: no type follows them.
  rows as AnyRow[];

const positionIn =
  (order: ListingOrder) =>
  ([place, id]: AnyRow): CursorPosition =>
    order.positionOf(place, id);

/** `few`: the only rows that can be listed. `areMany`: a term has too many owners to list them. */
async function findCandidates(
  select: ListingReads['select'],
  { table, narrowing = [], owners = [] }: AnyListing,
): Promise<{ few?: readonly string[]; areMany: boolean }> {
  const limit = MOST_OWNERS + 1;
  for (const where of narrowing) {
    const { rows } = await select({ table: table.name, columns: ['id'], where, limit });
    if (rows.length < limit) return { few: rows.map(([id]) => String(id)), areMany: false };
  }
  let areMany = false;
  for (const { having, tables, owner, where } of owners) {
    const found = await Promise.all(tables.map((name) => select({ table: name, columns: [owner], where, limit })));
    if (found.some(({ rows }) => rows.length === limit)) areMany = true;
    else if (having)
      return { few: [...new Set(found.flatMap(({ rows }) => rows.map(([id]) => String(id))))], areMany: false };
  }
  return { areMany };
}
