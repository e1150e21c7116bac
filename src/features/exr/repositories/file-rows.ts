import type { ExrAudit, ExrFailure, ExrFileRef, ExrFileSummary } from '../rules/exr-file.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrFile, ExrInspection } from '../rules/inspection.ts';
import { parseFrameName } from '../../../formats/exr/frame-name.ts';
import { heightOf, widthOf } from '../../../formats/exr/stats.ts';
import { fromJson, toJson } from '../../../shared/json-text.ts';
import type { ExrFileRow } from '../exr-tables.ts';
import { keptProblems } from './text-limits.ts';

/** The cells of a file's row from an inspection, without its time. */
export function describedCells(inspection: ExrInspection) {
  const { file, parts } = inspection;
  const window = parts[0]?.display_window;
  return {
    bucket: file.bucket,
    key: file.key,
    size: BigInt(file.size),
    mtime: file.mtime,
    sequence: sequenceNameOf(file.path),
    frame_number: file.frame_number === null ? null : BigInt(file.frame_number),
    part_count: file.part_count,
    is_deep: file.is_deep,
    is_tiled: parts.some(({ tiles }) => tiles !== null),
    width: window === undefined ? null : BigInt(widthOf(window)),
    height: window === undefined ? null : BigInt(heightOf(window)),
    header_hash: file.header_hash,
    schema_version: inspection.schema_version,
    embedding_version: EXR_EMBEDDING_VERSION,
    stats: toJson(inspection.stats),
    validation: toJson(inspection.validation),
    errors: toJson(keptProblems(inspection.errors)),
    failure: null,
  } satisfies Partial<ExrFileRow>;
}

/** The path without its digits: equal for the frames of a sequence, and of few others. Null if the file is no frame. */
export function sequenceNameOf(path: string): string | null {
  const name = parseFrameName(path);
  return name === undefined ? null : `${name.prefix}#${name.suffix}`;
}

export const REF_COLUMNS = ['id', 'path', 'object_id'] as const;

export const toRef = (row: Pick<ExrFileRow, (typeof REF_COLUMNS)[number]>): ExrFileRef => ({
  id: row.id,
  path: row.path,
  objectId: row.object_id,
});

export const SUMMARY_COLUMNS = [
  ...REF_COLUMNS,
  'bucket',
  'key',
  'size',
  'mtime',
  'frame_number',
  'part_count',
  'is_deep',
  'is_tiled',
  'width',
  'height',
  'header_hash',
  'last_inspected_ms',
  'failure',
] as const;

export type SummaryRow = Pick<ExrFileRow, (typeof SUMMARY_COLUMNS)[number]>;

export const toSummary = (row: SummaryRow): ExrFileSummary => ({
  id: row.id,
  path: row.path,
  object_id: row.object_id,
  bucket: row.bucket,
  key: row.key,
  size: Number(row.size),
  mtime: row.mtime,
  frame_number: numberOf(row.frame_number),
  part_count: row.part_count,
  is_deep: row.is_deep,
  is_tiled: row.is_tiled,
  width: numberOf(row.width),
  height: numberOf(row.height),
  header_hash: row.header_hash,
  last_inspected: timeOf(row.last_inspected_ms),
  failure: toFailure(row),
});

export function toFile(row: SummaryRow): ExrFile {
  const { path, bucket, key, size, mtime, frame_number, part_count, is_deep, header_hash } = toSummary(row);
  return { path, bucket, key, size, mtime, frame_number, part_count, is_deep, header_hash: header_hash ?? '' };
}

export const toFailure = ({ failure }: Pick<ExrFileRow, 'failure'>): ExrFailure | null =>
  failure === null ? null : fromJson(failure);

export const toAudit = (row: ExrFileRow): ExrAudit => ({
  id: row.id,
  inspection_count: Number(row.inspection_count),
  first_inspected: timeOf(row.first_inspected_ms),
  last_inspected: timeOf(row.last_inspected_ms),
});

const numberOf = (cell: bigint | null): number | null => (cell === null ? null : Number(cell));

export const timeOf = (ms: bigint | number): string => new Date(Number(ms)).toISOString();
