import type { EmbeddingInput } from '../rules/embedding.ts';
import type { Version } from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import type { RowId } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven, isIn, isNull } from '../../../vastdb/predicate/builder.ts';
import type { CellsOf, RowOf } from '../../../vastdb/schema/define-table.ts';
import { EMBEDDINGS, SEGMENTS } from '../search-tables.ts';

const COLUMNS = ['segment_id', 'version_id', 'asset_id', 'model', 'dimension', 'vector', 'deleted_ms'] as const;

/** @throws AppError `invalid_request` for a segment of another version, and for an invalid vector. */
export async function writeEmbeddings(
  tx: ManagedTransaction,
  version: Version,
  dimension: number,
  inputs: readonly EmbeddingInput[],
): Promise<number> {
  const rows = new Map(inputs.map((input) => [`${input.segmentId} ${input.model}`, input]));
  const segmentIds = [...new Set(inputs.map(({ segmentId }) => segmentId))];
  await checkSegments(tx, version.id, segmentIds);
  const present = await rowIdsOf(tx, segmentIds);
  const added: CellsOf<RowOf<typeof EMBEDDINGS>, typeof COLUMNS>[] = [];
  const changed: { rowId: RowId; vector: Float32Array }[] = [];
  for (const [key, { segmentId, model, vector }] of rows) {
    checkVector(vector, dimension);
    const rowId = present.get(key);
    if (rowId !== undefined) changed.push({ rowId, vector });
    else added.push([segmentId, version.id, version.assetId, model, dimension, vector, null]);
  }
  await tx.insertArrays(EMBEDDINGS, COLUMNS, added);
  await tx.updateByRowIds(
    EMBEDDINGS,
    changed.map(({ rowId }) => rowId),
    ['vector', 'deleted_ms'],
    changed.map(({ vector }) => [vector, null]),
  );
  return rows.size;
}

export function removeEmbeddings(
  tx: ManagedTransaction,
  versionId: string,
  segmentIds: readonly string[],
  nowMs: number,
): Promise<number> {
  const where = and([eq('version_id', versionId), isIn('segment_id', segmentIds), isNull('deleted_ms')]);
  return tx.update(EMBEDDINGS, where, { deleted_ms: BigInt(nowMs) });
}

/** Count for one model, or for all together. */
export const countEmbeddings = (reader: ManagedReader, versionId: string, model?: string): Promise<number> =>
  reader.count(EMBEDDINGS, and([eq('version_id', versionId), isNull('deleted_ms'), ...eqIfGiven('model', model)]));

async function checkSegments(tx: ManagedTransaction, versionId: string, ids: readonly string[]): Promise<void> {
  const { rows } = await tx.select({
    table: SEGMENTS,
    columns: ['id'],
    where: and([eq('version_id', versionId), isIn('id', ids), isNull('deleted_ms')]),
  });
  if (rows.length === ids.length) return;
  const known = new Set(rows.map(([id]) => id));
  const missing = ids.find((id) => !known.has(id)) ?? '';
  throw new AppError('invalid_request', `The version ${versionId} has no segment ${missing}.`, { field: 'embeddings' });
}

/** Scores are dot products, which are cosines of vectors of unit length only. */
function checkVector(vector: Float32Array, dimension: number): void {
  const field = 'embeddings';
  if (vector.length !== dimension) {
    const problem = `An embedding has ${vector.length} elements; this server keeps ${dimension}.`;
    throw new AppError('invalid_request', problem, { field });
  }
  let sum = 0;
  for (const element of vector) sum += element * element;
  const length = Math.sqrt(sum);
  // A text without words has the zero vector, which is near nothing. Comparing this way round refuses NaN too.
  if (!(length === 0 || Math.abs(length - 1) <= UNIT_TOLERANCE)) {
    throw new AppError('invalid_request', 'An embedding is not of unit length.', { field });
  }
}

const UNIT_TOLERANCE = 1e-3;

async function rowIdsOf(tx: ManagedTransaction, segmentIds: readonly string[]): Promise<Map<string, RowId>> {
  const { rows, rowIds } = await tx.select({
    table: EMBEDDINGS,
    columns: ['segment_id', 'model'],
    where: isIn('segment_id', segmentIds),
    rowIds: true,
  });
  const found = new Map<string, RowId>();
  rows.forEach(([segmentId, model], index) => {
    const rowId = rowIds[index];
    if (rowId !== undefined) found.set(`${segmentId} ${model}`, rowId);
  });
  return found;
}
