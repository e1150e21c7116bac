import type { SegmentedFlow } from '../store.ts';
import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { and, eq, gte, lt } from '../../vastdb/predicate/builder.ts';
import { decideInOrder, findAmongCandidates } from './segment-candidates.ts';
import type { TableReads } from '../table-access.ts';
import { anySegmentOverlaps, firstStartReaching, isOutside, type Span, timelineOf } from './segment-window.ts';
import { SEGMENTS } from '../tables.ts';

/** How many present segments are read at once while a batch is held against them. */
const ROWS_PER_READ = 1_000;
/** A read that decided fewer spans found too much between them. */
const FEW_SPANS = 16;
/** How many spans are decided one by one then, before reading is tried again. */
const SPANS_PER_SEEK = 256;

/**
 * For each span whether a segment of the flow overlaps it. The spans are sorted by start. What lies
 * outside of all that the flow has, as a recording's next segments do, overlaps nothing.
 */
export async function findOverlapped(
  reader: TableReads,
  flow: SegmentedFlow,
  spans: readonly Span[],
): Promise<boolean[]> {
  const { id, content } = flow;
  if (content === null || spans.every((span) => isOutside(content, span))) return spans.map(() => false);
  const [only] = spans;
  if (only !== undefined && spans.length === 1) return [await anySegmentOverlaps(reader, flow, only)];
  const longestNs = content.segments?.longestNs;
  if (!reader.ordering && longestNs !== undefined) return findAmongCandidates(reader, id, spans, longestNs);
  return findInOrder(reader, flow, spans);
}

/**
 * What lies under the whole batch is read once, in order, and merged with it; a batch that spans a long
 * part of the flow is read in steps, each of which begins at the first span that is not decided yet, so
 * what lies between distant spans is passed over.
 */
async function findInOrder(reader: TableReads, flow: SegmentedFlow, spans: readonly Span[]): Promise<boolean[]> {
  const timeline = timelineOf(flow.content);
  const overlapped: boolean[] = [];
  const end = spans.reduce((latest, { endNs }) => (endNs > latest ? endNs : latest), INT64_MIN);
  for (;;) {
    const first = spans[overlapped.length];
    if (first === undefined) return overlapped;
    const from = await firstStartReaching(reader, flow.id, first.startNs, timeline);
    const { rows } = await reader.select({
      table: SEGMENTS.name,
      columns: ['start_ns', 'end_ns'],
      where: and([eq('flow_id', flow.id), gte('start_ns', from), lt('start_ns', end)]),
      orderBy: [{ column: 'start_ns', direction: 'asc' }],
      limit: ROWS_PER_READ,
      timeline,
    });
    const decided = overlapped.length;
    decideInOrder(spans, rows, rows.length < ROWS_PER_READ, overlapped);
    if (overlapped.length - decided < FEW_SPANS) await seek(reader, flow, spans, overlapped);
  }
}

/** Decides the next spans by one seek each: where much lies between them, that is less than reading it. */
async function seek(
  reader: TableReads,
  flow: SegmentedFlow,
  spans: readonly Span[],
  overlapped: boolean[],
): Promise<void> {
  for (const span of spans.slice(overlapped.length, overlapped.length + SPANS_PER_SEEK)) {
    overlapped.push(await anySegmentOverlaps(reader, flow, span));
  }
}
