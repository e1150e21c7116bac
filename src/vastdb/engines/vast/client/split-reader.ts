import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../../../shared/retry.ts';
import type { RequestKind } from '../../../cluster/load-balancer.ts';
import { TableError } from '../../../table-error.ts';
import { AnswerReader, FINISHED, type Page } from '../protocol/answer-reader.ts';
import type { WireColumn } from '../protocol/wire-column.ts';
import type { VastResponse } from '../transport/vast-request.ts';
import type { Requests } from './requests.ts';

/** Shared by all splits of a query. */
export interface QueryPlan {
  readonly transactionId: string;
  readonly table: string;
  readonly relation: Uint8Array;
  readonly projected: readonly WireColumn[];
  readonly splits: number;
  readonly subSplits: number;
  readonly kind: RequestKind;
  readonly signal: AbortSignal;
  /** Most rows of each sub-split in the next answer; 0 when no more are wanted. */
  readonly pageRows: () => number;
}

/** How often an answer may break off before its next page, and the pause after that. */
const ATTEMPTS = 6;
const BACKOFF = { baseMs: 50, maxMs: 1000 };
/** Row groups that a sub-split reads in a row before it leaves as many to the others; sorted projections need 8. */
const ROW_GROUPS = 8;

/**
 * The pages of one split: a part of the table that one request at a time reads, in sub-splits which the
 * cluster reads side by side. Every page says where its sub-split goes on, so an answer that breaks off
 * or reports a failure costs the columns of unfinished sets alone.
 *
 * @throws TableError `unavailable` when answers keep breaking off.
 */
export async function* readSplit(requests: Requests, plan: QueryPlan, split: number): AsyncGenerator<Page> {
  const { subSplits, signal } = plan;
  const nextRowIds = new Array<bigint>(subSplits).fill(0n);
  let attempt = 1;
  while (nextRowIds.some((id) => id !== FINISHED) && plan.pageRows() > 0) {
    const response = await requests.send('GET', requests.tablePath(plan.table), {
      transactionId: plan.transactionId,
      query: { data: null },
      headers: queryHeaders(plan, split, nextRowIds),
      body: plan.relation,
      kind: plan.kind,
      signal,
    });
    let failure: TableError | undefined;
    try {
      for await (const page of readAnswer(response, plan)) {
        if (nextRowIds[page.subSplit] !== page.nextRowId) attempt = 0;
        nextRowIds[page.subSplit] = page.nextRowId;
        if (page.rowCount > 0) yield page;
      }
    } catch (error) {
      if (!mayGoOn(error)) throw error;
      failure = error;
    }
    if (attempt >= ATTEMPTS) throw failure ?? new TableError('unavailable', 'The answers of a query do not go on.');
    // An answer with pages is followed by the next request at once.
    if (attempt > 0) await sleep(backoffMs(attempt, BACKOFF), undefined, { signal });
    attempt += 1;
  }
}

async function* readAnswer({ body }: VastResponse, { projected, subSplits }: QueryPlan): AsyncGenerator<Page> {
  const reader = new AnswerReader(projected, subSplits);
  for await (const piece of body) yield* reader.push(piece);
  reader.end();
}

/** The answer broke off, or the cluster failed; excludes our own errors, and aborts by the caller. */
const mayGoOn = (error: unknown): error is TableError => error instanceof TableError && error.kind === 'unavailable';

function queryHeaders(plan: QueryPlan, split: number, nextRowIds: readonly bigint[]): Record<string, string> {
  const headers: Record<string, string> = {
    'tabular-split': `${split},${plan.splits},${ROW_GROUPS}`,
    'tabular-num-of-subsplits': String(plan.subSplits),
    'tabular-request-format': 'string',
    'tabular-response-format': 'string',
    'tabular-enable-sorted-projections': 'True',
    'tabular-limit-rows': String(plan.pageRows()),
  };
  for (const [subSplit, rowId] of nextRowIds.entries()) {
    headers[`tabular-start-row-id-${subSplit}`] = `${subSplit},${rowId}`;
  }
  return headers;
}
