import type { SearchFilters } from '../rules/search-query.ts';
import { AppError } from '../../../shared/errors.ts';
import type { TimeRange } from '../../../shared/time/timerange.ts';
import { INT64_MAX, INT64_MIN } from '../../../shared/time/timestamp.ts';
import type { TableDefinition } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { and, eq, inSelect, isNotNull, or, overlapsRange } from '../../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../../vastdb/predicate/predicate.ts';
import type { Access } from '../../../tams/access/access.ts';
import { inView } from './access.ts';
import { VISIBLE_SEGMENTS } from '../search-tables.ts';

/** A time range is one condition for each different offset among the assets. */
const MAX_OFFSETS = 256;
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
): Promise<Predicate> {
  const { speaker, timerange } = filters;
  const assets = [inView(access), ...assetFilters(filters)];
  const own = [isNotNull('words'), ...(speaker === undefined ? [] : [eq('speaker', speaker)])];
  if (timerange === undefined || timerange.isEverything) return and([inVisible(VISIBLE_SEGMENTS, assets), ...own]);
  const offsets = await offsetsOf(reader, assets);
  const perOffset = offsets.map((offsetNs) =>
    and([
      inVisible(VISIBLE_SEGMENTS, [...assets, eq('offset_ns', offsetNs)]),
      overlapsRange(RANGE, shifted(timerange, offsetNs)),
    ]),
  );
  return and([or(perOffset), ...own]);
}

/** The filters on assets, as conditions on the tables of visible rows. */
function assetFilters({ bucket, flowId, sourceId, language }: SearchFilters): Predicate[] {
  const wanted = { bucket, flow_id: flowId, source_id: sourceId, language };
  return Object.entries(wanted).flatMap(([column, value]) => (value === undefined ? [] : [eq(column, value)]));
}

/** A range of the flow's timeline as the asset's own time; beyond what a table can hold there is nothing. */
export function shifted(range: TimeRange, offsetNs: bigint): { start: bigint | null; end: bigint | null } {
  const shift = (ns: bigint | null): bigint | null => {
    if (ns === null) return null;
    const own = ns - offsetNs;
    return own < INT64_MIN ? INT64_MIN : own > INT64_MAX ? INT64_MAX : own;
  };
  return { start: shift(range.startNs), end: shift(range.endNs) };
}

const inVisible = ({ name: table }: TableDefinition, where: readonly Predicate[]): Predicate =>
  inSelect('version_id', { table, column: 'version_id', where: and(where) });

async function offsetsOf(reader: ManagedReader, assets: readonly Predicate[]): Promise<bigint[]> {
  const { rows } = await reader.select({
    table: VISIBLE_SEGMENTS.name,
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
  return rows.map(([offsetNs]) => offsetNs as bigint);
}
