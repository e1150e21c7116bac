import type { FlowFilter } from '../documents/filters.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { TimeRange } from '../../shared/time/timerange.ts';
import { eq, eqIfGiven, inSelect, isIn, isNull, overlapsRange } from '../../vastdb/predicate/builder.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { ListedRow } from '../../vastdb/query/listing.ts';
import { type Access, scannedOf } from '../access/access.ts';
import { indexedByCreation, orderOf } from '../documents/listing-order.ts';
import { tagTerms } from '../documents/tag-index.ts';
import type { TableReads } from '../table-access.ts';
import { CONTENT_COLUMNS, NOT_DELETING, toContent } from './flow-row.ts';
import { findOverlapped } from '../segments/segment-window.ts';
import { FLOW_COLLECTION_MEMBERS, FLOW_TAGS, type FlowRow, FLOWS } from './flow-tables.ts';
import type { FlowDocument } from './flow-state.ts';
import { fromJson, type Json, toJson } from '../../shared/json-text.ts';
import { visibleFlows } from '../access/visible-flows.ts';
import { lookup } from '../../vastdb/query/table-query.ts';

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
  const { collectedByIds, tags } = filter;
  const collected = collectedByIds?.length ? [await collectedByAny(reader, access, collectedByIds)] : [];
  const { indexed, narrowing } = indexedByCreation(filter.order, [
    ...eqIfGiven('source_id', filter.sourceId),
    ...eqIfGiven('profile_id', filter.profileId),
    ...eqIfGiven('label', filter.label),
  ]);
  const { items, ...rest } = await reader.list(
    {
      table: FLOWS,
      order: orderOf(filter.order),
      columns: SHOWN_COLUMNS,
      lookups: COLLECTED_BY,
      indexed,
      narrowing: [...narrowing, ...collected],
      scanned: [...scannedTerms(filter), ...scannedOf(access)],
      others: [NOT_DELETING],
      owners: tagTerms(FLOW_TAGS, tags),
      check: checkOf(reader, access, filter),
    },
    page,
  );
  return { items: await withVisibleCollectors(reader, access, items.map(toFlowDocument)), ...rest };
}

/** Asks other tables about the flows that match otherwise. */
function checkOf(
  reader: TableReads,
  access: Access,
  { timerange, collectedByIds }: FlowFilter,
): ((rows: readonly ListedFlow[]) => Promise<boolean[]>) | undefined {
  const ofTopAlone = collectedByIds?.length === 0;
  if (!ofTopAlone && !isStretch(timerange)) return undefined;
  return async (rows) => {
    const fit = isStretch(timerange)
      ? await Promise.all(rows.map((row) => hasContentIn(reader, row, timerange)))
      : rows.map(() => true);
    if (!ofTopAlone) return fit;
    const uncollected = await areUncollected(reader, access, rows.map(collectorsIn));
    return fit.map((fits, index) => fits && uncollected[index] === true);
  };
}

/** The lookup comes last. */
const collectorsIn = ([, , , , ...rest]: ListedFlow) => rest[CONTENT_COLUMNS.length];

const toFlowDocument = (row: ListedFlow): FlowDocument => {
  const [, id, document, segmentsUpdated] = row;
  return { id, document, segmentsUpdated, collectedBy: collectorsIn(row) };
};

function scannedTerms(filter: FlowFilter): Where<FlowRow>[] {
  const terms: Where<FlowRow>[] = [...eqIfGiven('status', filter.status)];
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
  const [overlaps] = await findOverlapped(reader, { id, content }, [{ startNs, endNs }]);
  return overlaps === true;
}

/** The flows that any of these collects. Those that the view does not have collect nothing in it. */
async function collectedByAny(reader: TableReads, access: Access, ids: readonly string[]): Promise<Where<FlowRow>> {
  const collectors = access.classes === undefined ? ids : [...(await visibleFlows(reader, access, ids)).keys()];
  const where = isIn('flow_id', collectors);
  return inSelect('id', { table: FLOW_COLLECTION_MEMBERS, column: 'member_id', where });
}

/** For the collectors of each flow, whether the view has none of them: one query at most. */
async function areUncollected(
  reader: TableReads,
  access: Access,
  flows: readonly Json<readonly string[]>[],
): Promise<boolean[]> {
  const collectors = flows.map(fromJson);
  if (access.classes === undefined) return collectors.map(({ length }) => length === 0);
  const visible = await visibleFlows(reader, access, collectors.flat());
  return collectors.map((ids) => !ids.some((id) => visible.has(id)));
}

/** Reads the collectors of flows with them: one query, however many flows. */
export const COLLECTED_BY = [
  lookup(FLOW_COLLECTION_MEMBERS, { column: 'flow_id', match: 'member_id', equals: 'id' }),
] as const;

/** Leaves out of `collectedBy` the flows that a limited view does not have: one query, however many flows. */
export async function withVisibleCollectors(
  reader: TableReads,
  access: Access,
  flows: FlowDocument[],
): Promise<FlowDocument[]> {
  if (access.classes === undefined) return flows;
  const collectors = flows.map(({ collectedBy }) => fromJson(collectedBy));
  const visible = await visibleFlows(reader, access, collectors.flat());
  return flows.map((flow, index) => {
    const collectedBy = toJson(collectors[index]?.filter((id) => visible.has(id)) ?? []);
    return { ...flow, collectedBy };
  });
}
