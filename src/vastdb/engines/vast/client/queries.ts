import type { RequestKind } from '../../../cluster/load-balancer.ts';
import type { Cell } from '../../../engine.ts';
import { predicateColumns } from '../../../predicate/columns.ts';
import type { Predicate } from '../../../predicate/predicate.ts';
import { type Group, toGroups } from '../protocol/conjunction.ts';
import { encodeRelation } from '../protocol/relation.ts';
import { rowIdColumn, type WireColumn } from '../protocol/wire-column.ts';
import type { Requests } from './requests.ts';
import { type QueryPlan, readSplit } from './split-reader.ts';
import { columnOf, isSorted, type TableInfo } from './table-info.ts';

/**
 * Items of several sources as they come, from at most `atOnce` of them side by side. Each source is one
 * item ahead of the consumer at most. When the consumer leaves or a source fails, all are returned.
 */
async function* interleave<Item>(sources: readonly AsyncGenerator<Item>[], atOnce: number): AsyncGenerator<Item> {
  const waiting = [...sources];
  const running = new Map<AsyncGenerator<Item>, Promise<readonly [AsyncGenerator<Item>, IteratorResult<Item>]>>();
  const ask = (source: AsyncGenerator<Item>): void => {
    const answer = source.next().then((result) => [source, result] as const);
    // It may fail after the consumer has left, and nobody would hear of it.
    answer.catch(() => undefined);
    running.set(source, answer);
  };
  for (const source of waiting.splice(0, atOnce)) ask(source);
  try {
    while (running.size > 0) {
      const [source, result] = await Promise.race(running.values());
      if (result.done === true) {
        running.delete(source);
        const next = waiting.shift();
        if (next !== undefined) ask(next);
      } else {
        ask(source);
        yield result.value;
      }
    }
  } finally {
    // A source in the middle of a request returns when that has ended; the caller has aborted it.
    for (const source of sources) void source.return(undefined).catch(() => undefined);
  }
}

/** Rows of a query that arrived together. */
export class QueryPage {
  readonly rowCount: number;
  readonly #width: number;
  readonly #columns: readonly (readonly Cell[])[];

  /** @param columns `width` of them, then perhaps the row ids; they may be longer than `rowCount`. */
  constructor(rowCount: number, width: number, columns: readonly (readonly Cell[])[]) {
    this.rowCount = rowCount;
    this.#width = width;
    this.#columns = columns;
  }

  /** The cells of a column, by its position among the asked ones. */
  column(position: number): readonly Cell[] {
    return this.#cut(position < this.#width ? this.#columns[position] : undefined);
  }

  /** One array per row, cells in the order of the asked columns. */
  rows(): Cell[][] {
    const rows = new Array<Cell[]>(this.rowCount);
    const columns = this.#columns.slice(0, this.#width);
    for (let index = 0; index < rows.length; index += 1) {
      const row = new Array<Cell>(columns.length);
      for (let position = 0; position < columns.length; position += 1) {
        row[position] = columns[position]?.[index] ?? null;
      }
      rows[index] = row;
    }
    return rows;
  }

  /** Parallel to the rows; empty unless they were asked for. */
  rowIds(): bigint[] {
    return this.#cut(this.#columns[this.#width]) as bigint[];
  }

  #cut(cells: readonly Cell[] = []): readonly Cell[] {
    return cells.length > this.rowCount ? cells.slice(0, this.rowCount) : cells;
  }
}

interface CountRequest {
  readonly transactionId: string;
  readonly table: TableInfo;
  readonly where?: Predicate;
  /** Defaults to `read`. */
  readonly kind?: RequestKind;
  /** Number of parts of the table that are read in parallel: see `splitsFor`. Defaults to 1. */
  readonly splits?: number;
  readonly signal?: AbortSignal;
}

interface QueryRequest extends CountRequest {
  /** Each once; in the order of the rows' cells. */
  readonly columns: readonly string[];
  /** Ask for the rows' ids as well. */
  readonly rowIds?: boolean;
  readonly limit?: number;
}

/** Rows of a page of a sub-split: of numbers alone, and where texts, bytes or vectors are among them. */
const NARROW_PAGE_ROWS = 131_072;
const WIDE_PAGE_ROWS = 16_384;
/** Sub-splits of a large read. Small reads have one: each sub-split answers all columns, even without rows. */
const SUB_SPLITS = 4;
const ROWS_PER_SPLIT = 4_000_000;
const SPLITS_AT_ONCE = 4;

/** The best number of parts for a table of this many rows. */
export function splitsFor(rows: number): number {
  return Math.max(1, Math.floor(rows / ROWS_PER_SPLIT));
}

/** Reads rows. */
export class Queries {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /**
   * The rows that `where` picks, in pages as they arrive, in no order. Leaving the loop aborts running requests. At
   * most one page of each split waits for the consumer.
   *
   * @throws TableError `invalid` for unknown columns and predicates that cannot be pushed down; `unavailable` where the
   * cluster keeps failing.
   */
  async *pages(request: QueryRequest): AsyncGenerator<QueryPage> {
    const { table, columns, rowIds = false, limit = Infinity } = request;
    const groups = request.where === undefined ? [] : toGroups(request.where);
    if (groups === undefined || limit <= 0) return;
    const projected = columns.map((name) => columnOf(table, name));
    if (rowIds) projected.push(rowIdColumn(isSorted(table)));
    const abort = new AbortController();
    const most = projected.some(({ type }) => WIDE_TYPES.has(type)) ? WIDE_PAGE_ROWS : NARROW_PAGE_ROWS;
    let left = limit;
    const plan: QueryPlan = {
      ...this.#planOf(request, projected, groups),
      signal: request.signal === undefined ? abort.signal : AbortSignal.any([request.signal, abort.signal]),
      pageRows: () => Math.min(left, most),
    };
    let isRead = false;
    try {
      for await (const page of this.#read(plan)) {
        const rows = Math.min(page.rowCount, left);
        left -= rows;
        // The rest of the answer is read, so that the connection can be used again.
        if (rows > 0) yield new QueryPage(rows, columns.length, page.columns);
      }
      isRead = true;
    } finally {
      if (!isRead) abort.abort();
    }
  }

  /** Like `pages`, all at once. */
  async select(request: QueryRequest): Promise<{ rows: Cell[][]; rowIds: bigint[] }> {
    let rows: Cell[][] | undefined;
    let rowIds: bigint[] = [];
    for await (const page of this.pages(request)) {
      if (rows === undefined) {
        rows = page.rows();
        rowIds = page.rowIds();
        continue;
      }
      for (const row of page.rows()) rows.push(row);
      for (const id of page.rowIds()) rowIds.push(id);
    }
    return { rows: rows ?? [], rowIds };
  }

  async count(request: CountRequest): Promise<number> {
    let rows = 0;
    for await (const page of this.pages({ ...request, columns: [] })) rows += page.rowCount;
    return rows;
  }

  #planOf(
    { transactionId, table, where, limit, kind = 'read', splits = 1 }: QueryRequest,
    projected: readonly WireColumn[],
    groups: readonly Group[],
  ): Omit<QueryPlan, 'signal' | 'pageRows'> {
    const filtered = where === undefined ? [] : [...predicateColumns(where)];
    const columnsByName = new Map(filtered.map((name) => [name, columnOf(table, name)]));
    const readsMuch = limit === undefined && (kind === 'analytics' || projected.length === 0);
    return {
      transactionId,
      table: table.name,
      relation: encodeRelation({ projected, columns: columnsByName, groups }),
      projected,
      splits: limit === undefined ? splits : 1,
      subSplits: readsMuch ? SUB_SPLITS : 1,
      kind,
    };
  }

  #read(plan: QueryPlan): ReturnType<typeof readSplit> {
    const splits = Array.from({ length: plan.splits }, (_, split) => readSplit(this.#requests, plan, split));
    const [only] = splits;
    return splits.length === 1 && only !== undefined ? only : interleave(splits, SPLITS_AT_ONCE);
  }
}

const WIDE_TYPES: ReadonlySet<WireColumn['type']> = new Set(['string', 'binary', 'vector']);
