import { type Flow, profileOf, statusOf } from './flow.ts';
import { Format } from '../documents/format.ts';
import type { Cell, RowId } from '../../vastdb/engine.ts';
import { eq } from '../../vastdb/predicate/builder.ts';
import type { CellsOf } from '../../vastdb/schema/define-table.ts';
import { toJson } from '../../shared/json-text.ts';
import { ACCESS_COLUMN, accessCell } from '../access/access.ts';
import { SORT_COLUMNS, sortCells } from '../documents/sort-keys.ts';
import { toHandle } from '../table-access.ts';
import type { FlowRow } from './flow-tables.ts';
import type { FlowContent, FlowState } from './flow-state.ts';

export const NOT_DELETING = eq('deleting', false);

/** Columns derived from a flow's metadata, in the order of `metadataCells`. */
export const METADATA_COLUMNS = [
  'id',
  'source_id',
  'format',
  'codec',
  'container',
  'label',
  'frame_width',
  'frame_height',
  'read_only',
  'status',
  'profile_id',
  'init_segments',
  ACCESS_COLUMN,
  ...SORT_COLUMNS,
  'document',
] as const;

/** In the order of SORT_COLUMNS. */
export const flowSortCells = ({ id, created, metadata_updated: updated, label }: Flow) =>
  sortCells({ id, created, updated, label });

export function metadataCells(flow: Flow): CellsOf<FlowRow, typeof METADATA_COLUMNS> {
  // Sizes are for finding video flows. The essence parameters of a multi flow are free text, whatever their names.
  const picture = flow.format === Format.video ? flow.essence_parameters : undefined;
  return [
    flow.id,
    flow.source_id,
    flow.format,
    flow.codec ?? null,
    flow.container ?? null,
    flow.label ?? null,
    picture === undefined ? null : BigInt(picture.frame_width),
    picture === undefined ? null : BigInt(picture.frame_height),
    flow.read_only ?? false,
    statusOf(flow) ?? null,
    profileOf(flow) ?? null,
    // Null is false, as in rows that are older than the column.
    flow.essence_parameters?.init_segments === true ? true : null,
    accessCell(flow.tags),
    ...flowSortCells(flow),
    toJson(flow),
  ];
}

export const STATE_COLUMNS = [
  'id',
  'life',
  'source_id',
  'read_only',
  'container',
  'init_segments',
  'active_deletions',
  'content_start_ns',
  'content_end_ns',
  'content_covered_ns',
  'content_longest_ns',
  'content_segments',
  'segments_version',
  'segment_numbers',
] as const;

export function toFlowState(row: CellsOf<FlowRow, typeof STATE_COLUMNS>, rowId: RowId | undefined): FlowState {
  const [id, life, sourceId, readOnly, container, initSegments, activeDeletions, ...rest] = row;
  return {
    id,
    life: life ?? id,
    sourceId,
    readOnly,
    container,
    initSegments: initSegments === true,
    activeDeletions,
    content: toContent(rest),
    segmentsVersion: rest[5],
    segmentNumbers: rest[6],
    handle: toHandle(rowId),
  };
}

/** Columns of a flow's content, in the order of `contentCells`. */
export const CONTENT_COLUMNS = [
  'content_start_ns',
  'content_end_ns',
  'content_covered_ns',
  'content_longest_ns',
  'content_segments',
] as const;

/** Those of them that keep 64 bits unsigned, as the int64 of the same bits: durations between times that are int64. */
export const UNSIGNED_COLUMNS: ReadonlySet<string> = new Set(['content_covered_ns', 'content_longest_ns']);

export type ContentCells = CellsOf<FlowRow, typeof CONTENT_COLUMNS>;

/** See UNSIGNED_COLUMNS. */
export function contentCells(content: FlowContent | null): ContentCells {
  if (content === null) return [null, null, null, null, null];
  const { startNs, endNs, coveredNs, segments } = content;
  const longest = segments === undefined ? null : BigInt.asIntN(64, segments.longestNs);
  return [startNs, endNs, BigInt.asIntN(64, coveredNs), longest, segments?.count ?? null];
}

/** @param cells those of CONTENT_COLUMNS; later ones are ignored. */
export function toContent(cells: readonly [...ContentCells, ...Cell[]]): FlowContent | null {
  const [startNs, endNs, coveredNs, longestNs, count] = cells;
  if (startNs === null || endNs === null || coveredNs === null) return null;
  const segments =
    longestNs === null || count === null ? undefined : { count, longestNs: BigInt.asUintN(64, longestNs) };
  return { startNs, endNs, coveredNs: BigInt.asUintN(64, coveredNs), segments };
}
