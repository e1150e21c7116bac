import type { RequestKind } from '../../../cluster/load-balancer.ts';
import type { Cell } from '../../../engine.ts';
import { predicateColumns } from '../../../predicate/columns.ts';
import type { Predicate } from '../../../predicate/predicate.ts';
import { type Group, toGroups } from '../protocol/conjunction.ts';
import { encodeRelation } from '../protocol/relation.ts';
import { rowIdColumn, type WireColumn } from '../protocol/wire-column.ts';
import { interleave } from './interleave.ts';
import { QueryPage } from './query-page.ts';
import type { Requests } from './requests.ts';
import { type QueryPlan, readSplit } from './split-reader.ts';
import { columnOf, isSorted, type TableInfo } from './table-info.ts';

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
