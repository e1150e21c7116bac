import {
  publishedIsFixed,
  type TranscriptSegment,
  type TranscriptSegmentInput,
  type Version,
} from '../rules/version.ts';
import { indexedWords } from '../rules/query-text.ts';
import { AppError } from '../../../shared/errors.ts';
import type { RowId } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven, gte, isIn, isNull, ne, or } from '../../../vastdb/predicate/builder.ts';
import type { CellsOf } from '../../../vastdb/schema/define-table.ts';
import { segmentIdOf } from './content-ids.ts';
import { removeEmbeddings } from './embeddings.ts';
import { type SegmentRow, SEGMENTS } from '../search-tables.ts';

/** The columns of a segment; `deleted_ms` and `words` follow. */
const CONTENT = ['start_ns', 'end_ns', 'text', 'speaker', 'confidence'] as const;
const TEXT_AT = CONTENT.indexOf('text');
const IDENTITY = ['id', 'version_id', 'asset_id', 'chunking', 'position'] as const;
const FOUND_BY = ['deleted_ms', 'words'] as const;
const WRITTEN = [...CONTENT, ...FOUND_BY] as const;
const READ = [...IDENTITY, ...CONTENT, 'deleted_ms'] as const;

type ContentCells = CellsOf<SegmentRow, typeof CONTENT>;

/** Segments per read and write. Folding their words takes some ten milliseconds of one turn of the event loop. */
export const SEGMENT_BATCH = 250;

export async function readSegments(
  reader: ManagedReader,
  version: Version,
  chunking: string | undefined,
): Promise<TranscriptSegment[]> {
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: READ,
    where: and([eq('version_id', version.id), ...eqIfGiven('chunking', chunking)]),
    orderBy: [
      { column: 'start_ns', direction: 'asc' },
      { column: 'position', direction: 'asc' },
    ],
  });
  return rows.map((cells) => toSegment(cells, version));
}

export async function findSegmentsBeyond(
  reader: ManagedReader,
  versionId: string,
  chunking: string,
  position: number,
): Promise<string[]> {
  const { rows } = await reader.select({
    table: SEGMENTS,
    columns: ['id'],
    where: and([
      eq('version_id', versionId),
      isNull('deleted_ms'),
      or([ne('chunking', chunking), gte('position', position)]),
    ]),
  });
  return rows.map(([id]) => id);
}

/**
 * Inserts new rows, and updates those that differ. @throws AppError `invalid_request` for a change of what was
 * published.
 */
export async function writeSegments(
  tx: ManagedTransaction,
  version: Version,
  inputs: readonly TranscriptSegmentInput[],
): Promise<number> {
  const rows = new Map(inputs.map((input) => [segmentIdOf(version.id, input.chunking, input.position), input]));
  const present = await presentOf(tx, [...rows.keys()]);
  const added: CellsOf<SegmentRow, [...typeof IDENTITY, ...typeof WRITTEN]>[] = [];
  const changed: { rowId: RowId; cells: CellsOf<SegmentRow, typeof WRITTEN> }[] = [];
  const reworded: string[] = [];
  for (const [id, input] of rows) {
    const content = contentOf(input);
    const foundBy = [null, indexedWords(input.text)] as const;
    const known = present.get(id);
    if (known === undefined) {
      added.push([id, version.id, version.assetId, input.chunking, input.position, ...content, ...foundBy]);
    } else if (known.deleted || known.content.some((cell, index) => cell !== content[index])) {
      changed.push({ rowId: known.rowId, cells: [...content, ...foundBy] });
      if (known.content[TEXT_AT] !== input.text) reworded.push(id);
    }
  }
  if (added.length + changed.length > 0 && version.publishState !== 'STAGING') {
    throw publishedIsFixed(version.id);
  }
  await tx.insertArrays(SEGMENTS, [...IDENTITY, ...WRITTEN], added);
  await tx.updateByRowIds(
    SEGMENTS,
    changed.map(({ rowId }) => rowId),
    WRITTEN,
    changed.map(({ cells }) => cells),
  );
  // Their vectors belong to other words. No process has them in memory: the version was never published.
  if (reworded.length > 0) await removeEmbeddings(tx, version.id, reworded, Date.now());
  return rows.size;
}

/** Removes segments from all searches. Returns their number. */
export function removeSegments(
  tx: ManagedTransaction,
  versionId: string,
  segmentIds: readonly string[],
  nowMs: number,
): Promise<number> {
  const where = and([eq('version_id', versionId), isIn('id', segmentIds), isNull('deleted_ms')]);
  return tx.update(SEGMENTS, where, { deleted_ms: BigInt(nowMs), words: null });
}

export const countSegments = (reader: ManagedReader, versionId: string): Promise<number> =>
  reader.count(SEGMENTS, and([eq('version_id', versionId), isNull('deleted_ms')]));

function contentOf({ startNs, endNs, text, speaker, confidence }: TranscriptSegmentInput): ContentCells {
  if (endNs < startNs) {
    throw new AppError('invalid_request', 'A segment ends before it starts.', { field: 'segments' });
  }
  return [startNs, endNs, text, speaker, confidence];
}

async function presentOf(
  tx: ManagedTransaction,
  ids: readonly string[],
): Promise<Map<string, { rowId: RowId; deleted: boolean; content: ContentCells }>> {
  const { rows, rowIds } = await tx.select({
    table: SEGMENTS,
    columns: ['id', 'deleted_ms', ...CONTENT],
    where: isIn('id', ids),
    rowIds: true,
  });
  const present = new Map<string, { rowId: RowId; deleted: boolean; content: ContentCells }>();
  rows.forEach(([id, deletedMs, ...content], index) => {
    const rowId = rowIds[index];
    if (rowId !== undefined) present.set(id, { rowId, deleted: deletedMs !== null, content });
  });
  return present;
}

function toSegment(cells: CellsOf<SegmentRow, typeof READ>, version: Version): TranscriptSegment {
  const [id, versionId, assetId, chunking, position, startNs, endNs, text, speaker, confidence, deletedMs] = cells;
  const visibility = deletedMs === null ? version.segmentVisibility : 'SOFT_DELETED';
  return { id, versionId, assetId, chunking, position, startNs, endNs, text, speaker, confidence, visibility };
}
