import type {
  Cell,
  ColumnBatch,
  EngineCapabilities,
  Lookup,
  RowSet,
  ScanningReader,
  ScanRequest,
  TableReader,
} from '../engine.ts';
import { and, isIn, not, or } from '../predicate/builder.ts';
import { predicateColumns } from '../predicate/columns.ts';
import { compileFilter } from '../predicate/evaluate.ts';
import type { NonNullCell, Predicate, Subquery } from '../predicate/predicate.ts';
import { splitPredicate, type SplitPredicate } from '../predicate/split.ts';
import { TableError } from '../table-error.ts';
import { BoundedReads } from './bounded-reads.ts';
import { type Fetched, PartFetcher, splitLongLists } from './part-fetcher.ts';
import { distinctRows, sortRows } from './row-order.ts';
import { findPageEnd } from './sampled-page.ts';
import { seekInRanges } from './seek.ts';
import type { SeekQuery, SelectQuery } from './select-query.ts';
import { selectMatches } from './text-match.ts';
import { readTimelinePage, type WindowRows } from './time-window.ts';
import { compareCells } from '../predicate/compare.ts';

/**
 * Answers a select the same way on every engine. Operations that the engine cannot push down, by its capabilities, are
 * done here, on the rows that come back.
 */
export class QueryExecutor {
  readonly #capabilities: EngineCapabilities;
  readonly #bounded = new BoundedReads();
  readonly #isTimeline: (table: string, column: string) => boolean;

  /** `isTimeline` says whether a column is an int64 that holds no nulls, so that it can be walked in windows. */
  constructor(capabilities: EngineCapabilities, isTimeline: (table: string, column: string) => boolean) {
    this.#capabilities = capabilities;
    this.#isTimeline = isTimeline;
  }

  select(reader: TableReader, query: SelectQuery): Promise<RowSet> {
    if (query.match !== undefined && !this.#capabilities.relational) {
      return selectMatches(query, query.match, (plain) => this.select(reader, plain));
    }
    if (query.since !== undefined && !this.#capabilities.relational) {
      return Promise.reject(new TableError('invalid', `this engine has no order to find a row of ${query.table} by`));
    }
    if (!this.#capabilities.relational) return ofOneState(reader, (state) => this.#select(state, query));
    if (query.maxBytes === undefined || this.#capabilities.byteLimits === true) return reader.select(query);
    return this.#bounded.select(query, (part) => reader.select(part));
  }

  count(reader: TableReader, table: string, where?: Predicate): Promise<number> {
    if (this.#capabilities.relational) return reader.count(table, where);
    return ofOneState(reader, (state) => this.#count(state, table, where));
  }

  /** The cells of the nearest row to each point; see `SeekRequest`. */
  async seek(reader: ScanningReader, query: SeekQuery): Promise<(Cell[] | undefined)[]> {
    if (query.points.length === 0) return [];
    if (reader.seek !== undefined) return reader.seek(query);
    return ofOneState(reader, (state) => seekInRanges(query, (select) => this.select(state, select)));
  }

  /**
   * A scan; operations that the engine cannot push down are done here. Where its predicate is an `or` over several
   * columns that the engine has to be asked for one by one, each has a snapshot of its own.
   */
  async *scan(reader: ScanningReader, request: ScanRequest): AsyncGenerator<ColumnBatch> {
    if (this.#capabilities.relational) {
      yield* reader.scan(request);
      return;
    }
    for (const part of await this.#plan(reader, request.where)) yield* scanPart(reader, request, part);
  }

  async #count(reader: TableReader, table: string, where: Predicate | undefined): Promise<number> {
    let count = 0;
    for (const { pushed, residual } of await this.#plan(reader, where)) {
      if (residual === undefined) {
        count += await reader.count(table, pushed);
      } else {
        const columns = [...predicateColumns(residual)];
        const { rows } = await reader.select({ table, columns, where: pushed });
        const filter = compileFilter(residual, columns);
        count += rows.reduce((sum, row) => (filter(row) ? sum + 1 : sum), 0);
      }
    }
    return count;
  }

  async #select(reader: TableReader, query: SelectQuery): Promise<RowSet> {
    checkDistinct(query);
    if (query.lookups !== undefined) {
      return selectWithLookups(query, query.lookups, (plain) => this.select(reader, plain));
    }
    if (query.maxBytes !== undefined) return this.#bounded.select(query, (part) => this.#select(reader, part));
    const { columns, orderBy = [], limit = Infinity, rowIds = false } = query;
    if (limit === 0) return { rows: [], rowIds: [] };
    const parts = await this.#plan(reader, query.where);
    const fetch = new PartFetcher(reader, query, parts);
    let rows = this.#isPageOfTimeline(query, parts)
      ? await this.#readPage(fetch, query)
      : await fetch.all(await this.#pageEnd(reader, query, parts));
    if (query.distinct === true) rows = distinctRows(rows, columns.length);
    if (!fetch.ordered) sortRows(rows, orderBy, fetch.columns);
    if (rows.length > limit) rows = rows.slice(0, limit);
    return {
      rows: rows.map(({ cells }) => (cells.length > columns.length ? cells.slice(0, columns.length) : cells)),
      rowIds: rowIds ? rows.map(({ id }) => id).filter((id) => id !== undefined) : [],
    };
  }

  #isPageOfTimeline({ table, orderBy = [], limit, timeline }: SelectQuery, parts: readonly SplitPredicate[]): boolean {
    const column = orderBy[0]?.column;
    return (
      parts.length === 1 &&
      limit !== undefined &&
      column !== undefined &&
      timeline?.column === column &&
      this.#isTimeline(table, column)
    );
  }

  async #readPage(
    fetch: PartFetcher,
    { orderBy = [], limit = 1, timeline, columns, distinct }: SelectQuery,
  ): Promise<Fetched[]> {
    const [order] = orderBy;
    const [part] = fetch.parts;
    if (order === undefined || part === undefined) return [];
    const position = fetch.columns.indexOf(order.column);
    return readTimelinePage({
      order,
      limit,
      hint: timeline,
      where: part.pushed,
      fetch: async (extra, cap): Promise<WindowRows<Fetched>> => {
        const { rows, read } = await fetch.part(part, extra, cap);
        return {
          // Equal rows have the same time, so they are in one window.
          rows: distinct === true ? distinctRows(rows, columns.length) : rows,
          // A timeline is a column of times, none of which is null.
          times: read.map((cells) => cells[position] as bigint),
        };
      },
    });
  }

  /** The terms that end a page which has to be found from samples. */
  async #pageEnd(reader: TableReader, query: SelectQuery, parts: readonly SplitPredicate[]): Promise<Predicate[]> {
    const { orderBy: [order, ...others] = [], limit, sample } = query;
    if (order === undefined || limit === undefined || sample === undefined) return [];
    if (others.length > 0) throw new TableError('invalid', 'a page from samples is ordered by one unique column');
    const { table, where } = query;
    const keys = new PartFetcher(reader, { table, where, columns: [order.column] }, parts);
    return findPageEnd({ order, limit, sample, read: (extra, cap) => keys.first(extra, cap) });
  }

  /** The engine's selects that together fetch a superset of the rows, each row in one of them. */
  async #plan(reader: TableReader, whole: Predicate | undefined): Promise<SplitPredicate[]> {
    if (whole === undefined) return [{ pushed: undefined, residual: undefined }];
    const { maxCellBytes } = this.#capabilities;
    const where = maxCellBytes === undefined ? whole : withoutOversized(whole, maxCellBytes);
    const resolved = await resolveSubqueries(where, async ({ table, column, where: inner }) => {
      const { rows } = await this.select(reader, { table, columns: [column], where: inner, distinct: true });
      return rows.map(([cell]) => cell ?? null).filter((cell) => cell !== null);
    });
    return splitLongLists(splitPredicate(resolved));
  }
}

/** A transaction has one state by itself, and so has an engine that answers a select in one read. */
const ofOneState = <T>(
  reader: TableReader & Pick<ScanningReader, 'inSnapshot'>,
  work: (state: TableReader) => Promise<T>,
): Promise<T> => reader.inSnapshot?.(work) ?? work(reader);

function checkDistinct({ distinct, columns, orderBy = [], lookups = [] }: SelectQuery): void {
  if (distinct !== true) return;
  if (lookups.length > 0) throw new TableError('invalid', 'a select is either distinct or with lookups');
  const hidden = orderBy.find(({ column }) => !columns.includes(column));
  if (hidden !== undefined) {
    throw new TableError(
      'invalid',
      `distinct rows cannot be ordered by ${hidden.column}, which is not among their columns`,
    );
  }
}

/** A scan by the engine's part of the predicate; rows that fail the rest are dropped here. */
async function* scanPart(
  reader: ScanningReader,
  request: ScanRequest,
  { pushed, residual }: SplitPredicate,
): AsyncGenerator<ColumnBatch> {
  if (residual === undefined) {
    yield* reader.scan({ ...request, where: pushed });
    return;
  }
  const width = request.columns.length;
  const columns = [...new Set([...request.columns, ...predicateColumns(residual)])];
  // Columns that are asked for twice come twice: only those of the filter are added.
  const fetched = [...request.columns, ...columns.filter((name) => !request.columns.includes(name))];
  const filter = compileFilter(residual, fetched);
  for await (const batch of reader.scan({ ...request, columns: fetched, where: pushed })) {
    const picked: number[] = [];
    for (let row = 0; row < batch.rowCount; row++) {
      if (filter(batch.columns.map((cells) => cells[row] ?? null))) picked.push(row);
    }
    if (picked.length === 0) continue;
    const kept = batch.columns.slice(0, width).map((cells) => picked.map((row) => cells[row] ?? null));
    yield { rowCount: picked.length, columns: kept };
  }
}

/**
 * Takes values out of the predicate that are too large to be in any cell, so that no request has to
 * carry them: nothing equals them.
 */
export function withoutOversized(predicate: Predicate, maxCellBytes: number): Predicate {
  const fits = (value: NonNullCell): boolean => typeof value !== 'string' || Buffer.byteLength(value) <= maxCellBytes;
  switch (predicate.op) {
    case 'and':
      return and(predicate.terms.map((term) => withoutOversized(term, maxCellBytes)));
    case 'or':
      return or(predicate.terms.map((term) => withoutOversized(term, maxCellBytes)));
    case 'eq':
      return fits(predicate.value) ? predicate : or([]);
    case 'in':
      return predicate.values.every(fits) ? predicate : isIn(predicate.column, predicate.values.filter(fits));
    default:
      return predicate;
  }
}

/** The different values of the subquery's column; null is not among them. */
type RunSubquery = (select: Subquery['select']) => Promise<NonNullCell[]>;

/** Replaces every subquery by the list of values that it selects, for engines that have none. */
async function resolveSubqueries(predicate: Predicate, run: RunSubquery): Promise<Predicate> {
  switch (predicate.op) {
    case 'and':
      return and(await resolveAll(predicate.terms, run));
    case 'or':
      return or(await resolveAll(predicate.terms, run));
    case 'not':
      return not(await resolveSubqueries(predicate.term, run));
    case 'inSelect':
      return isIn(predicate.column, await run(predicate.select));
    default:
      return predicate;
  }
}

async function resolveAll(terms: readonly Predicate[], run: RunSubquery): Promise<Predicate[]> {
  const resolved: Predicate[] = [];
  // One after the other: a transaction runs one statement at a time.
  for (const term of terms) resolved.push(await resolveSubqueries(term, run));
  return resolved;
}

/**
 * Answers a select with lookups by one select for its rows and one for each lookup, for engines that
 * have none.
 */
async function selectWithLookups(
  query: SelectQuery,
  lookups: readonly Lookup[],
  select: (query: SelectQuery) => Promise<RowSet>,
): Promise<RowSet> {
  const { columns } = query;
  const owners = lookups.map(({ equals }) => equals);
  const plain = { ...query, columns: [...columns, ...owners], lookups: undefined };
  const { rows, ...more } = await select(plain);
  const found: Map<Cell, string[]>[] = [];
  for (const [index, lookup] of lookups.entries()) {
    const keys = new Set(rows.map((row) => row[columns.length + index]).filter((cell) => typeof cell === 'string'));
    found.push(keys.size === 0 ? new Map<Cell, string[]>() : await stringsByKey(lookup, [...keys], select));
  }
  const shown = rows.map((row) => [
    ...row.slice(0, columns.length),
    ...found.map((strings, index) => JSON.stringify(strings.get(row[columns.length + index] ?? null) ?? [])),
  ]);
  return { rows: shown, ...more };
}

async function stringsByKey(
  { table, column, match }: Lookup,
  keys: readonly string[],
  select: (query: SelectQuery) => Promise<RowSet>,
): Promise<Map<Cell, string[]>> {
  const { rows } = await select({ table, columns: [match, column], where: isIn(match, keys), distinct: true });
  const strings = new Map<Cell, string[]>();
  for (const [key = null, value = null] of rows) {
    if (value === null) continue;
    if (typeof value !== 'string') throw new TableError('invalid', `${table}.${column} is no string column`);
    const known = strings.get(key);
    if (known === undefined) strings.set(key, [value]);
    else known.push(value);
  }
  for (const values of strings.values()) values.sort(compareCells);
  return strings;
}
