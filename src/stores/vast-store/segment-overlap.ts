import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq, gte, lt } from '../../vastdb/predicate/builder.ts';
import type { TableReads } from './table-access.ts';
import { anySegmentOverlaps, firstStartReaching, IN_TIME } from './segment-window.ts';
import { SEGMENTS } from './tables.ts';

interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** How many present segments are read at once while a batch is held against them. */
const ROWS_PER_READ = 1_000;
/** A read that decided fewer spans found too much between them. */
const FEW_SPANS = 16;
/** How many spans are decided one by one then, before reading is tried again. */
const SPANS_PER_SEEK = 256;

/**
 * For each span whether a segment of the flow overlaps it. The spans are sorted by start. What lies under the whole batch is read once, in order, and merged with it;
 * a batch that spans a long part of the flow is read in steps, each of which begins at the first
 * span that is not decided yet, so what lies between distant spans is passed over.
 */
export async function findOverlapped(reader: TableReads, flowId: string, spans: readonly Span[]): Promise<boolean[]> {
  const [only] = spans;
  if (only !== undefined && spans.length === 1) {
    return [await anySegmentOverlaps(reader, flowId, only.startNs, only.endNs)];
  }
  const overlapped: boolean[] = [];
  const end = spans.reduce((latest, { endNs }) => (endNs > latest ? endNs : latest), INT64_MIN);
  for (;;) {
    const first = spans[overlapped.length];
    if (first === undefined) return overlapped;
    const from = await firstStartReaching(reader, flowId, first.startNs);
    const { rows } = await reader.select({
      table: SEGMENTS.name,
      columns: ['start_ns', 'end_ns'],
      where: and([eq('flow_id', flowId), gte('start_ns', from), lt('start_ns', end)]),
      orderBy: [{ column: 'start_ns', direction: 'asc' }],
      limit: ROWS_PER_READ,
      timeline: IN_TIME,
    });
    const decided = overlapped.length;
    decide(spans, rows, rows.length < ROWS_PER_READ, overlapped);
    if (overlapped.length - decided < FEW_SPANS) await seek(reader, flowId, spans, overlapped);
  }
}

/** Decides the next spans by one seek each: where much lies between them, that is less than reading it. */
async function seek(reader: TableReads, flowId: string, spans: readonly Span[], overlapped: boolean[]): Promise<void> {
  for (const { startNs, endNs } of spans.slice(overlapped.length, overlapped.length + SPANS_PER_SEEK)) {
    overlapped.push(await anySegmentOverlaps(reader, flowId, startNs, endNs));
  }
}

/** Decides spans in order, up to the first that rows which were not read yet could overlap. */
function decide(spans: readonly Span[], rows: readonly Cell[][], complete: boolean, overlapped: boolean[]): void {
  let next = 0;
  for (let index = overlapped.length; index < spans.length; index++) {
    const span = spans[index];
    if (span === undefined) return;
    while (next < rows.length && (rows[next]?.[1] as bigint) <= span.startNs) next++;
    const row = rows[next];
    if (row === undefined && !complete) return;
    overlapped.push(row !== undefined && (row[0] as bigint) < span.endNs);
  }
}
