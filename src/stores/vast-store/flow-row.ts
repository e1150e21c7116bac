import type { Flow } from '../../domain/flow.ts';
import type { FlowContent, FlowState } from '../../domain/store.ts';
import type { Cell, RowId } from '../../vastdb/engine.ts';
import { toHandle } from './row-handle.ts';

/** Columns that follow from a flow's metadata, in the order of `metadataCells`. */
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
  'document',
] as const;

export function metadataCells(flow: Flow): Cell[] {
  const picture = flow.essence_parameters;
  const size =
    picture !== undefined && 'frame_width' in picture
      ? [BigInt(picture.frame_width), BigInt(picture.frame_height)]
      : [null, null];
  return [
    flow.id,
    flow.source_id,
    flow.format,
    flow.codec ?? null,
    flow.container ?? null,
    flow.label ?? null,
    ...size,
    flow.read_only ?? false,
    JSON.stringify(flow),
  ];
}

export const STATE_COLUMNS = [
  'id',
  'source_id',
  'read_only',
  'container',
  'active_deletions',
  'content_start_ns',
  'content_end_ns',
  'content_covered_ns',
  'segments_version',
] as const;

export function toFlowState(row: Cell[], rowId: RowId | undefined): FlowState {
  const [id, sourceId, readOnly, container, activeDeletions, startNs, endNs, coveredNs, version] = row as [
    string,
    string,
    boolean,
    string | null,
    number,
    bigint | null,
    bigint | null,
    bigint | null,
    bigint,
  ];
  return {
    id,
    sourceId,
    readOnly,
    container,
    activeDeletions,
    content: toContent(startNs, endNs, coveredNs),
    segmentsVersion: version,
    handle: toHandle(rowId),
  };
}

/** Columns of a flow's content, in the order of `contentCells`. */
export const CONTENT_COLUMNS = ['content_start_ns', 'content_end_ns', 'content_covered_ns'] as const;

/** The sum of durations is kept as the int64 of the same bits: of times that are int64 it takes up to 64 bits, unsigned. */
export function contentCells(content: FlowContent | null): Cell[] {
  if (content === null) return [null, null, null];
  return [content.startNs, content.endNs, BigInt.asIntN(64, content.coveredNs)];
}

export function toContent(startNs: bigint | null, endNs: bigint | null, coveredNs: bigint | null): FlowContent | null {
  if (startNs === null || endNs === null || coveredNs === null) return null;
  return { startNs, endNs, coveredNs: BigInt.asUintN(64, coveredNs) };
}
