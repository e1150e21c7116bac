import type { SearchFilters } from '../rules/search-query.ts';
import { AppError } from '../../../shared/errors.ts';
import type { TimeRange } from '../../../shared/time/timerange.ts';
import { INT64_MAX, INT64_MIN } from '../../../shared/time/timestamp.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, eqIfGiven, inSelect, isNotNull, or, overlapsRange } from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import type { RowOf } from '../../../vastdb/schema/define-table.ts';
import type { Access } from '../../../tams/access/access.ts';
import { type SegmentRow, VISIBLE_SEGMENTS } from '../search-tables.ts';
import type { Asset } from '../rules/asset.ts';
import { NOT_DELETING } from '../../../tams/flows/flow-row.ts';
import { FLOWS } from '../../../tams/flows/flow-tables.ts';

/**
 * An asset belongs to whom its flow belongs to (docs/adr/0015-access-by-tags.md). If it has no flow, or the flow is
 * gone, limited principals cannot see it: nothing says whose it is.
 */

/** For any table with a column `flow_life`. */
export function inView({ classes, visible }: Access): Predicate<Condition<'flow_life', string>> {
  if (classes === undefined) return and([]);
  return inSelect('flow_life', { table: FLOWS, column: 'life', where: and([NOT_DELETING, visible]) });
}

export async function isInView(reader: ManagedReader, { classes, visible }: Access, { link }: Asset): Promise<boolean> {
  if (classes === undefined) return true;
  if (link === null) return false;
  return (await reader.count(FLOWS, and([eq('life', link.flowLife), NOT_DELETING, visible]))) > 0;
}

/** A time range is one condition for each different offset among the assets. */
const MAX_OFFSETS = 256;

type VisibleRow = RowOf<typeof VISIBLE_SEGMENTS>;

const RANGE = { start: 'start_ns', end: 'end_ns' } as const;

/**
 * The segments that a search may show to the caller, and that match its filters. Every search of segments has this in
 * its where clause.
 *
 * @throws AppError `invalid_request` for a time range over more timelines than can be asked for at once.
 */
export async function visibleSegments(
  reader: ManagedReader,
  access: Access,
  filters: SearchFilters = {},
): Promise<Where<SegmentRow>> {
  const { speaker, timerange } = filters;
  const assets = [inView(access), ...assetFilters(filters)];
  const own = [isNotNull('words'), ...eqIfGiven('speaker', speaker)];
  if (timerange === undefined || timerange.isEverything) return and([inVisible(assets), ...own]);
  const offsets = await offsetsOf(reader, assets);
  const perOffset = offsets.map((offsetNs) =>
    and([inVisible([...assets, eq('offset_ns', offsetNs)]), overlapsRange(RANGE, shifted(timerange, offsetNs))]),
  );
  return and([or(perOffset), ...own]);
}

/** The filters on assets, as conditions on the tables of visible rows. */
const assetFilters = ({ bucket, flowId, sourceId, language }: SearchFilters): Where<VisibleRow>[] => [
  ...eqIfGiven('bucket', bucket),
  ...eqIfGiven('flow_id', flowId),
  ...eqIfGiven('source_id', sourceId),
  ...eqIfGiven('language', language),
];

/** A range of the flow's timeline as the asset's own time; beyond what a table can hold there is nothing. */
export function shifted(range: TimeRange, offsetNs: bigint): { start: bigint | null; end: bigint | null } {
  const shift = (ns: bigint | null): bigint | null => {
    if (ns === null) return null;
    const own = ns - offsetNs;
    return own < INT64_MIN ? INT64_MIN : own > INT64_MAX ? INT64_MAX : own;
  };
  return { start: shift(range.startNs), end: shift(range.endNs) };
}

const inVisible = (where: readonly Where<VisibleRow>[]): Predicate<Condition<'version_id', string>> =>
  inSelect('version_id', { table: VISIBLE_SEGMENTS, column: 'version_id', where: and(where) });

async function offsetsOf(reader: ManagedReader, assets: readonly Where<VisibleRow>[]): Promise<bigint[]> {
  const { rows } = await reader.select({
    table: VISIBLE_SEGMENTS,
    columns: ['offset_ns'],
    where: and(assets),
    distinct: true,
    limit: MAX_OFFSETS + 1,
  });
  if (rows.length > MAX_OFFSETS) {
    const problem =
      'A time range over so many timelines cannot be searched; name a flow, a source or a bucket as well.';
    throw new AppError('invalid_request', problem, { field: 'timerange' });
  }
  return rows.map(([offsetNs]) => offsetNs);
}
