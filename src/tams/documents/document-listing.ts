import type { CursorPosition, Page, PageRequest } from '../../shared/paging.ts';
import { nextTurn } from '../../shared/loop-turns.ts';
import type { Cell, Lookup, Row, TableDefinition } from '../../vastdb/engine.ts';
import { and, isIn } from '../../vastdb/predicate/builder.ts';
import type { Predicate, Where } from '../../vastdb/predicate/predicate.ts';
import { RowBytes } from '../../vastdb/query/row-bytes.ts';
import type { LookupCells } from '../../vastdb/query/table-query.ts';
import type { CellsOf, ColumnOf } from '../../vastdb/schema/define-table.ts';
import { toPage } from './keyset-page.ts';
import type { SortOrder } from './filters.ts';
import type { ListingOrder } from './listing-order.ts';
import type { TableReads } from '../table-access.ts';
import { type AskedTags, findOwners, MOST_OWNERS, tagTerms } from './tag-index.ts';

/** Flows, sources or profiles, in any order. */
interface DocumentListing<
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

interface ListingTerms<Term> {
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
  readonly tags?: AskedTags;
}

/** Puts terms of columns where their indexes are of use: those go on with either order of creation, and with no other. */
export function indexedByCreation<Term>(
  order: SortOrder | undefined,
  [first, ...others]: readonly Term[],
): Required<Pick<ListingTerms<Term>, 'indexed' | 'narrowing'>> {
  if (first === undefined) return { indexed: [], narrowing: [] };
  const isCreation = order === undefined || order.by === 'created';
  return isCreation ? { indexed: [first], narrowing: others } : { indexed: [], narrowing: [first, ...others] };
}

/** A listing of any table: its caller knows the types of the other cells. */
interface AnyListing extends ListingTerms<Predicate> {
  readonly table: string;
  readonly order: ListingOrder;
  readonly columns: readonly string[];
  readonly lookups?: readonly Lookup[];
  readonly check?: ((rows: readonly AnyRow[]) => Promise<boolean[]>) | undefined;
}

type AnyRow = [place: bigint | string, id: string, ...Cell[]];

/** The work budget of a page, in rows that are passed over. */
const MOST_WORK = 32_768;
/** Rows that are passed over in one turn of the event loop, some two milliseconds; and where each has to be looked up among tags. */
const ROWS_PER_TURN = 2_048;
const ROWS_PER_TURN_OF_TAGS = 512;
const CHECKS_PER_TURN = 64;
/** A page of more may have many bytes: no two of them are read in one turn. */
const ROWS_WITHOUT_TURN = 100;
/** Bytes of rows that are read in one turn, some two milliseconds. */
const BYTES_PER_TURN = 512 * 1024;
/** A check of a row costs as much as passing over this many. */
const CHECK_WORK = 32;

/**
 * A page of a listing. One that has the bytes of a page, or takes too much work, ends early, with a cursor: it may have fewer rows than its limit, and
 * none at all. Engines that do not order rows are not in this process: of them only the checks count.
 */
export function listDocuments<
  R extends Row,
  const Columns extends readonly ColumnOf<R>[],
  const Lookups extends readonly Lookup<ColumnOf<R>>[] = readonly [],
>(
  reader: TableReads,
  listing: DocumentListing<R, Columns, Lookups>,
  page: PageRequest,
): Promise<Page<ListedRow<R, Columns, Lookups>>> {
  // The work is the same for every table, and no compiler follows it through types that it does not know yet.
  const columns = [listing.order.column, 'id', ...listing.columns];
  const any = { ...listing, columns, table: listing.table.name } as unknown as AnyListing;
  return list(reader, any, page) as Promise<Page<Cell[]>> as Promise<Page<ListedRow<R, Columns, Lookups>>>;
}

async function list(reader: TableReads, listing: AnyListing, page: PageRequest): Promise<Page<AnyRow>> {
  const { order, indexed, narrowing = [], scanned, others = [], tags, check } = listing;
  const { few, areMany } = reader.relational ? await findCandidates(reader, listing) : { areMany: false };
  const passesOver = [...narrowing, ...scanned];
  const isScan = reader.relational && few === undefined && (areMany || passesOver.length > 0);
  const mostRows = areMany ? ROWS_PER_TURN_OF_TAGS : ROWS_PER_TURN;
  const terms = [...indexed, ...passesOver, ...others, ...(few === undefined ? [] : [isIn('id', few)])];
  const wanted = page.limit + 1;
  const found: AnyRow[] = [];
  let length = Math.min(4 * wanted, mostRows);
  let after = order.after(page.after);
  const size = new RowBytes();
  const { maxBytes } = page;
  const bytesPerTurn = reader.relational ? BYTES_PER_TURN : Infinity;
  let work = 0;
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst || isScan || check !== undefined || page.limit > ROWS_WITHOUT_TURN) await nextTurn({ isFirst });
    const stretch = isScan ? await nextStretch(reader, listing, after, length) : undefined;
    const end = stretch?.end === undefined ? [] : order.upTo(stretch.end);
    const limit = check === undefined ? wanted - found.length : CHECKS_PER_TURN;
    const { rows: cells, cut } = await reader.select({
      table: listing.table,
      columns: listing.columns,
      lookups: listing.lookups,
      where: and([
        ...terms,
        ...(tags === undefined ? [] : tagTerms(tags, areMany ? stretch?.ids : few)),
        ...after,
        ...end,
      ]),
      orderBy: order.orderBy,
      limit,
      maxBytes: maxBytes === undefined ? undefined : Math.min(maxBytes - size.bytes, bytesPerTurn),
      ...order.hints,
    });
    const rows = cells as AnyRow[];
    const passed = await check?.(rows);
    for (const [index, row] of rows.entries()) {
      if (passed?.[index] === false) continue;
      found.push(row);
      size.add(row);
    }
    if (found.length >= wanted) return toPage({ rows: found }, page.limit, (row) => row, positionIn(order));
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

/** The next rows that the index brings. Their end is undefined where none come after them. */
async function nextStretch(
  reader: TableReads,
  { table, order, indexed }: AnyListing,
  after: readonly Predicate[],
  length: number,
): Promise<{ ids: string[]; end: CursorPosition | undefined }> {
  const { rows } = await reader.select({
    table,
    columns: [order.column, 'id'],
    where: and([...indexed, ...after]),
    orderBy: order.orderBy,
    limit: length,
  });
  const found = rows as AnyRow[];
  const last = found[length - 1];
  return { ids: found.map(([, id]) => id), end: last === undefined ? undefined : positionIn(order)(last) };
}

const positionIn =
  (order: ListingOrder) =>
  ([place, id]: AnyRow): CursorPosition =>
    order.positionOf(place, id);

/** `few`: the only rows that can be listed. `areMany`: a tag has too many owners to list them. */
async function findCandidates(
  reader: TableReads,
  { table, narrowing = [], tags }: AnyListing,
): Promise<{ few?: readonly string[]; areMany: boolean }> {
  for (const where of narrowing) {
    const { rows } = await reader.select({ table, columns: ['id'], where, limit: MOST_OWNERS + 1 });
    if (rows.length <= MOST_OWNERS) return { few: (rows as [string][]).map(([id]) => id), areMany: false };
  }
  return tags === undefined ? { areMany: false } : findOwners(reader, tags);
}
