import type { ExrFailure, ExrFileRef, ExrPersistence } from '../rules/exr-file.ts';
import { EXR_EMBEDDING_VERSION } from '../rules/embedding/metadata-embedding.ts';
import type { ExrInspection, ExrVectors } from '../rules/inspection.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { and, eq, isIn } from '../../../vastdb/predicate/builder.ts';
import { toJson } from '../../../shared/json-text.ts';
import { OBJECTS } from '../../../tams/objects/object-tables.ts';
import { insertContent, removeContent } from './content-rows.ts';
import { describedCells, timeOf } from './file-rows.ts';
import { EXR_FILES, type ExrFileRow } from '../exr-tables.ts';

/** Throws `not_found` for an object that is gone, or about to go. */
export async function saveInspection(
  tx: ManagedTransaction,
  file: ExrFileRef,
  { inspection, vectors }: { inspection: ExrInspection; vectors: ExrVectors },
  nowMs: number,
): Promise<ExrPersistence> {
  const present = await lockFile(tx, file.id);
  if (!(await isStillThere(tx, file))) {
    throw new AppError('not_found', 'The media object was deleted while its header was read.');
  }
  const cells = describedCells(inspection);
  const count = present === undefined ? 1n : present.inspection_count + 1n;
  const firstMs = present === undefined ? BigInt(nowMs) : present.first_inspected_ms;
  const audit = { inspection_count: count, last_inspected_ms: BigInt(nowMs) };
  const persistence = {
    id: file.id,
    inspection_count: Number(count),
    first_inspected: timeOf(firstMs),
    last_inspected: timeOf(nowMs),
  };
  if (present === undefined) {
    await tx.insert(EXR_FILES, [{ ...identityCells(file), ...cells, ...audit, first_inspected_ms: firstMs }]);
    const added = 1 + (await insertContent(tx, file.id, inspection, vectors));
    return { ...persistence, outcome: 'created', rows_added: added, rows_updated: 0, rows_removed: 0 };
  }
  const where = eq('id', file.id);
  if (isSameHeader(present, inspection)) {
    // A file that was rendered anew may have the header that it had.
    const { size, mtime } = cells;
    await tx.update(EXR_FILES, where, { size, mtime, failure: null, ...audit });
    return { ...persistence, outcome: 'unchanged', rows_added: 0, rows_updated: 1, rows_removed: 0 };
  }
  const removed = await removeContent(tx, [file.id]);
  const added = await insertContent(tx, file.id, inspection, vectors);
  await tx.update(EXR_FILES, where, { ...cells, ...audit });
  return { ...persistence, outcome: 'superseded', rows_added: added, rows_updated: 1, rows_removed: removed };
}

/** Writes nothing for an object that is gone. */
export async function saveFailure(
  tx: ManagedTransaction,
  file: ExrFileRef,
  failure: ExrFailure,
  nowMs: number,
): Promise<void> {
  const cells = { failure: toJson(failure), last_inspected_ms: BigInt(nowMs) };
  const present = await lockFile(tx, file.id);
  if (!(await isStillThere(tx, file))) return;
  if (present !== undefined) {
    await tx.update(EXR_FILES, eq('id', file.id), cells);
    return;
  }
  const unknown = { size: 0n, part_count: 0, is_deep: false, is_tiled: false, schema_version: 0, embedding_version: 0 };
  const audit = { inspection_count: 0n, first_inspected_ms: BigInt(nowMs) };
  await tx.insert(EXR_FILES, [{ ...identityCells(file), ...unknown, ...audit, ...cells }]);
}

/** Whether the file existed. */
export async function removeFile(tx: ManagedTransaction, id: string): Promise<boolean> {
  if ((await lockFile(tx, id)) === undefined) return false;
  await removeContent(tx, [id]);
  return (await tx.delete(EXR_FILES, eq('id', id))) > 0;
}

/** Deletes the rows of these objects. */
export async function removeFilesOfObjects(tx: ManagedTransaction, objectIds: readonly string[]): Promise<void> {
  if (objectIds.length === 0) return;
  const { rows } = await tx.select({
    table: EXR_FILES,
    columns: ['id'],
    where: isIn('object_id', objectIds),
  });
  const ids = rows.map(([id]) => id);
  if (ids.length === 0) return;
  await tx.lock(ids.map(lockKey));
  await removeContent(tx, ids);
  await tx.delete(EXR_FILES, isIn('id', ids));
}

/** The row of the file. Until this transaction ends, nobody else writes or inserts it. */
const PRESENT_COLUMNS = [
  'header_hash',
  'schema_version',
  'embedding_version',
  'inspection_count',
  'first_inspected_ms',
] as const;
type PresentFile = Pick<ExrFileRow, (typeof PRESENT_COLUMNS)[number]>;
async function lockFile(tx: ManagedTransaction, id: string): Promise<PresentFile | undefined> {
  await tx.lock([lockKey(id)]);
  return tx.selectOne({ table: EXR_FILES, columns: PRESENT_COLUMNS, where: eq('id', id) });
}

/**
 * Whether the object is still alive: rows written after it was given up would never be deleted. The reclaim marks an
 * object before it deletes the bytes, and the rows here come last.
 */
async function isStillThere(tx: ManagedTransaction, { objectId }: ExrFileRef): Promise<boolean> {
  if (objectId === null) return true;
  const where = and([eq('id', objectId), eq('reclaiming', false)]);
  return (await tx.selectOne({ table: OBJECTS, columns: ['id'], where })) !== undefined;
}

const lockKey = (id: string): string => `exr:${id}`;

const identityCells = ({ id, path, objectId }: ExrFileRef) => ({ id, path, object_id: objectId });

/** Rows of an older version of this server are written anew, even for the same header. */
const isSameHeader = (present: PresentFile, { file, schema_version }: ExrInspection): boolean =>
  present.header_hash === file.header_hash &&
  present.schema_version === schema_version &&
  present.embedding_version === EXR_EMBEDDING_VERSION;
