import { INT64_MIN } from '../../shared/time/timestamp.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq, gte, lt } from '../../vastdb/predicate/builder.ts';
import type { TableReads } from './table-access.ts';
import { anySegmentOverlaps, firstStartReaching } from './segment-window.ts';
import { SEGMENTS } from './tables.ts';

interface Span {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** How many present segments are read at once while a batch is held against them. */
const ROWS_PER_READ = 1_000;

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
    });
    decide(spans, rows, rows.length < ROWS_PER_READ, overlapped);
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
