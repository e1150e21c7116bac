import type { FlowFilter } from '../documents/filters.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { FlowDocument } from '../store.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { eq, eqIfGiven, isNull, overlapsRange } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import { type Access, scannedOf } from '../access/access.ts';
import { listByCreation, type ListedRow } from '../documents/creation-listing.ts';
import { COLLECTED_BY, withVisibleCollectors } from './flow-collectors.ts';
import type { TableReads } from '../table-access.ts';
import { CONTENT_COLUMNS, NOT_DELETING, toContent } from './flow-row.ts';
import { anySegmentOverlaps } from '../segments/segment-window.ts';
import { FLOW_TAGS, type FlowRow, FLOWS } from './flow-tables.ts';

const SHOWN_COLUMNS = ['document', 'segments_updated', ...CONTENT_COLUMNS] as const;
type ListedFlow = ListedRow<FlowRow, typeof SHOWN_COLUMNS, typeof COLLECTED_BY>;

/**
 * `GET /flows`. The engine compares a timerange with the hull of each flow's segments. Only if it lies within the hull
 * of a flow with gaps are the segments read.
 */
export async function listFlows(
  reader: TableReads,
  access: Access,
  filter: FlowFilter,
  page: PageRequest,
): Promise<Page<FlowDocument>> {
  const { timerange, tags } = filter;
  const { items, ...rest } = await listByCreation(
    reader,
    {
      table: FLOWS,
      columns: ['created_ns', 'id', ...SHOWN_COLUMNS],
      lookups: COLLECTED_BY,
      indexed: indexedTerms(filter),
      scanned: [...scannedTerms(filter), ...scannedOf(access)],
      others: [NOT_DELETING],
      tags: { index: FLOW_TAGS, filter: tags },
      check: isStretch(timerange) ? (row: ListedFlow) => hasContentIn(reader, row, timerange) : undefined,
    },
    page,
  );
  return { items: await withVisibleCollectors(reader, access, items.map(toFlowDocument)), ...rest };
}

const toFlowDocument = ([, id, document, segmentsUpdated, ...rest]: ListedFlow): FlowDocument => ({
  id,
  document,
  segmentsUpdated,
  collectedBy: rest[CONTENT_COLUMNS.length],
});

/** An index has the flows of one source, one profile or one label in the order of their creation. */
const indexedTerms = (filter: FlowFilter): Where<FlowRow>[] => equalities(filter).slice(0, 1);

const equalities = ({ sourceId, profileId, label }: FlowFilter): Where<FlowRow>[] => [
  ...eqIfGiven('source_id', sourceId),
  ...eqIfGiven('profile_id', profileId),
  ...eqIfGiven('label', label),
];

function scannedTerms(filter: FlowFilter): Where<FlowRow>[] {
  const terms: Where<FlowRow>[] = [...equalities(filter).slice(1), ...eqIfGiven('status', filter.status)];
  if (filter.initSegments !== undefined) {
    terms.push(filter.initSegments ? eq('init_segments', true) : isNull('init_segments'));
  }
  if (filter.format !== undefined) terms.push(eq('format', filter.format));
  if (filter.codec !== undefined) terms.push(eq('codec', filter.codec));
  if (filter.frameWidth !== undefined) terms.push(eq('frame_width', BigInt(filter.frameWidth)));
  if (filter.frameHeight !== undefined) terms.push(eq('frame_height', BigInt(filter.frameHeight)));
  const range = filter.timerange;
  if (range?.isEmpty) terms.push(isNull('content_start_ns'));
  else if (isStretch(range)) {
    terms.push(
      overlapsRange({ start: 'content_start_ns', end: 'content_end_ns' }, { start: range.startNs, end: range.endNs }),
    );
  }
  return terms;
}

const isStretch = (range: TimeRange | undefined): range is TimeRange =>
  range !== undefined && !range.isEmpty && !range.isEverything;

async function hasContentIn(reader: TableReads, row: ListedFlow, range: TimeRange): Promise<boolean> {
  const [, id, , , ...cells] = row;
  const content = toContent(cells);
  if (content === null) return false;
  const { startNs, endNs } = range;
  const takesAnEnd = startNs === null || startNs <= content.startNs || endNs === null || endNs >= content.endNs;
  if (takesAnEnd || content.coveredNs === content.endNs - content.startNs) return true;
  return anySegmentOverlaps(reader, { id, content }, { startNs, endNs });
}
