import type { FlowFilter } from '../../domain/filters.ts';
import type { Page, PageRequest } from '../../domain/paging.ts';
import type { FlowDocument } from '../../domain/store.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import type { Cell } from '../../vastdb/engine.ts';
import { and, eq, isNull, overlapsRange } from '../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../vastdb/predicate/predicate.ts';
import type { Access } from './access.ts';
import { COLLECTED_BY, withVisibleCollectors } from './flow-collectors.ts';
import type { TableReads } from './table-access.ts';
import { CONTENT_COLUMNS, type ContentCells, NOT_DELETING, toContent } from './flow-row.ts';
import { toPage } from './keyset-page.ts';
import { afterCreation, BY_CREATION, CREATION } from './listing-order.ts';
import { anySegmentOverlaps } from './segment-window.ts';
import { FLOW_TAGS, FLOWS } from './tables.ts';
import { tagTerms } from './tag-index.ts';

const COLUMNS = ['created_ns', 'id', 'document', 'segments_updated', ...CONTENT_COLUMNS] as const;

/**
 * `GET /flows`. A timerange is first held against the hull of each flow's segments, in the engine;
 * only where it lies within the hull of a flow that has gaps are the segments asked.
 */
export async function listFlows(
  reader: TableReads,
  access: Access,
  filter: FlowFilter,
  page: PageRequest,
): Promise<Page<FlowDocument>> {
  const matching = [NOT_DELETING, access.visible, ...filterTerms(filter), ...tagTerms(FLOW_TAGS.name, filter.tags)];
  const wanted = page.limit + 1;
  const found: Cell[][] = [];
  let after = page.after;
  for (;;) {
    const { rows } = await reader.select({
      table: FLOWS.name,
      columns: COLUMNS,
      lookups: COLLECTED_BY,
      where: and([...matching, ...afterCreation(after)]),
      orderBy: BY_CREATION,
      limit: wanted,
      timeline: CREATION,
    });
    const have = await Promise.all(rows.map((row) => hasContentIn(reader, row, filter.timerange)));
    for (const [index, row] of rows.entries()) {
      if (have[index] === true && found.length < wanted) found.push(row);
    }
    const last = rows.at(-1);
    if (found.length === wanted || rows.length < wanted || last === undefined) break;
    after = positionOf(last);
  }
  const shown = toPage(found, page.limit, toFlowDocument, positionOf);
  return { ...shown, items: await withVisibleCollectors(reader, access, shown.items) };
}

const positionOf = (row: Cell[]): [bigint, string] => [row[0] as bigint, row[1] as string];

const toFlowDocument = (row: Cell[]): FlowDocument => ({
  id: row[1] as string,
  document: row[2] as string,
  segmentsUpdated: row[3] as string | null,
  collectedBy: row[COLUMNS.length] as string,
});

function filterTerms(filter: FlowFilter): Predicate[] {
  const terms: Predicate[] = [];
  if (filter.sourceId !== undefined) terms.push(eq('source_id', filter.sourceId));
  if (filter.format !== undefined) terms.push(eq('format', filter.format));
  if (filter.codec !== undefined) terms.push(eq('codec', filter.codec));
  if (filter.label !== undefined) terms.push(eq('label', filter.label));
  if (filter.frameWidth !== undefined) terms.push(eq('frame_width', BigInt(filter.frameWidth)));
  if (filter.frameHeight !== undefined) terms.push(eq('frame_height', BigInt(filter.frameHeight)));
  const range = filter.timerange;
  if (range?.isEmpty) terms.push(isNull('content_start_ns'));
  else if (range !== undefined && !range.isEverything) {
    terms.push(
      overlapsRange({ start: 'content_start_ns', end: 'content_end_ns' }, { start: range.startNs, end: range.endNs }),
    );
  }
  return terms;
}

async function hasContentIn(reader: TableReads, row: Cell[], range: TimeRange | undefined): Promise<boolean> {
  if (range === undefined || range.isEmpty || range.isEverything) return true;
  const content = toContent(row.slice(4) as ContentCells);
  if (content === null) return false;
  const { startNs, endNs } = range;
  const takesAnEnd = startNs === null || startNs <= content.startNs || endNs === null || endNs >= content.endNs;
  if (takesAnEnd || content.coveredNs === content.endNs - content.startNs) return true;
  return anySegmentOverlaps(reader, { id: row[1] as string, content }, { startNs, endNs });
}
