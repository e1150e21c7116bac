import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { and, eq, gte, lt } from '../../vastdb/predicate/builder.ts';
import { decideInOrder, findAmongCandidates } from './segment-candidates.ts';
import type { TableReads } from '../table-access.ts';
import { anySegmentOverlaps, firstStartReaching, isOutside, type Span, timelineOf } from './segment-window.ts';
import { SEGMENTS } from './segment-tables.ts';
import type { SegmentedFlow } from './segment.ts';

/** Present segments per read while a batch is compared with them. */
const ROWS_PER_READ = 1_000;
/** If a read decides fewer spans, there is too much between them. */
const FEW_SPANS = 16;
/** Spans that are then decided one by one, before reading is tried again. */
const SPANS_PER_SEEK = 256;

/**
 * For each span whether a segment of the flow overlaps it. The spans are sorted by start. Spans outside of the flow's
 * content, such as a recording's next segments, overlap nothing.
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
  if (!reader.relational && longestNs !== undefined) return findAmongCandidates(reader, id, spans, longestNs);
  return findInOrder(reader, flow, spans);
}

/**
 * Reads the segments under the whole batch once, in order, and merges. If the batch spans a long part of the flow,
 * reads in steps, each from the first undecided span, and so skips what lies between distant spans.
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
      table: SEGMENTS,
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

/** Decides the next spans by one seek each: cheaper than reading if much lies between them. */
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
