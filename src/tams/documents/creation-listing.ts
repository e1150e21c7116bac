import type { Page, PageRequest } from '../../shared/paging.ts';
import { nextTurn } from '../../shared/turns.ts';
import type { Cell, Lookup } from '../../vastdb/engine.ts';
import { and, isIn } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import { RowBytes } from '../../vastdb/query/row-bytes.ts';
import { toPage } from './keyset-page.ts';
import { afterCreation, BY_CREATION, CREATION, type Created, upToCreation } from './listing-order.ts';
import type { TableReads } from '../table-access.ts';
import { type AskedTags, findOwners, tagTerms } from './tag-index.ts';

/** Flows or sources, in the order of their creation. */
export interface CreationListing {
  readonly table: string;
  /** `created_ns` and `id` come first. */
  readonly columns: readonly [created: 'created_ns', id: 'id', ...others: string[]];
  readonly lookups?: readonly Lookup[];
  /** Terms that an index serves in this order: rows that they exclude are never read. */
  readonly indexed: readonly Predicate[];
  /** Terms that may exclude many rows, each of which is read. */
  readonly scanned: readonly Predicate[];
  /** Terms that exclude few rows. */
  readonly others?: readonly Predicate[];
  readonly tags: AskedTags;
  /** Checks a row that matches all terms against other tables: one query at most. */
  readonly check?: ((row: Cell[]) => Promise<boolean>) | undefined;
}

/** The work budget of a page, in rows that are passed over. */
const MOST_WORK = 32_768;
/** Rows that are passed over in one turn of the event loop, some two milliseconds; and where each has to be looked up among tags. */
const ROWS_PER_TURN = 2_048;
const ROWS_PER_TURN_OF_TAGS = 512;
const CHECKS_PER_TURN = 64;
/** A page of more may have many bytes: no two of them are read in one turn. */
const ROWS_WITHOUT_TURN = 100;
/** A check of a row costs as much as passing over this many. */
const CHECK_WORK = 32;

/**
 * A page of a listing. One that has the bytes of a page, or takes too much work, ends early, with a cursor: it may have fewer rows than its limit, and
 * none at all. Engines that do not order rows are not in this process: of them only the checks count.
 */
export async function listByCreation(
  reader: TableReads,
  listing: CreationListing,
  page: PageRequest,
): Promise<Page<Cell[]>> {
  const { indexed, scanned, others = [], tags, check } = listing;
  const { few, areMany } = reader.ordering ? await findOwners(reader, tags) : { areMany: false };
  const isScan = reader.ordering && few === undefined && (areMany || scanned.length > 0);
  const mostRows = areMany ? ROWS_PER_TURN_OF_TAGS : ROWS_PER_TURN;
  const terms = [...indexed, ...scanned, ...others, ...(few === undefined ? [] : [isIn('id', few)])];
  const wanted = page.limit + 1;
  const found: Cell[][] = [];
  let length = Math.min(4 * wanted, mostRows);
  let after = afterCreation(page.after);
  const size = new RowBytes();
  const { maxBytes } = page;
  let work = 0;
  for (;;) {
    if (isScan || check !== undefined || page.limit > ROWS_WITHOUT_TURN) await nextTurn();
    const stretch = isScan ? await nextStretch(reader, listing, after, length) : undefined;
    const limit = check === undefined ? wanted - found.length : CHECKS_PER_TURN;
    const { rows, cut } = await reader.select({
      table: listing.table,
      columns: listing.columns,
      lookups: listing.lookups,
      where: and([...terms, ...tagTerms(tags, areMany ? stretch?.ids : few), ...after, ...upToCreation(stretch?.end)]),
      orderBy: BY_CREATION,
      limit,
      maxBytes: maxBytes === undefined ? undefined : maxBytes - size.bytes,
      timeline: CREATION,
    });
    const passed = check === undefined ? undefined : await Promise.all(rows.map(check));
    for (const [index, row] of rows.entries()) {
      if (passed?.[index] === false) continue;
      found.push(row);
      size.add(row);
    }
    if (found.length >= wanted) return toPage({ rows: found }, page.limit, (row) => row, positionOf);
    const last = rows.at(-1);
    const isWhole = cut !== true && rows.length < limit;
    const reached = isWhole || last === undefined ? stretch?.end : positionOf(last);
    if (reached === undefined) return { items: found };
    if (maxBytes !== undefined && size.bytes >= maxBytes) return { items: found, next: reached };
    work += (stretch?.ids.length ?? 0) + (passed?.length ?? 0) * CHECK_WORK;
    if (work >= MOST_WORK) return { items: found, next: reached };
    after = afterCreation(reached);
    length = Math.min(4 * length, mostRows);
  }
}

/** The next rows that the index brings. Their end is undefined where none come after them. */
async function nextStretch(
  reader: TableReads,
  { table, indexed }: CreationListing,
  after: readonly Predicate[],
  length: number,
): Promise<{ ids: string[]; end: Created | undefined }> {
  const { rows } = await reader.select({
    table,
    columns: ['created_ns', 'id'],
    where: and([...indexed, ...after]),
    orderBy: BY_CREATION,
    limit: length,
  });
  const last = rows[length - 1];
  return { ids: rows.map((row) => row[1] as string), end: last === undefined ? undefined : positionOf(last) };
}

const positionOf = (row: Cell[]): Created => [row[0] as bigint, row[1] as string];
