import type { Version, VersionInput } from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq } from '../../../vastdb/predicate/builder.ts';
import type { Where } from '../../../vastdb/predicate/predicate.ts';
import { versionIdOf } from './content-ids.ts';
import { type VersionRow, VERSIONS } from '../search-tables.ts';

export async function findVersion(reader: ManagedReader, id: string): Promise<Version | undefined> {
  const [version] = await findVersions(reader, eq('id', id));
  return version;
}

export async function findVersions(reader: ManagedReader, where: Where<VersionRow>): Promise<Version[]> {
  const rows = await reader.selectRows({ table: VERSIONS, where });
  return rows.map(toVersion);
}

export const versionNotFound = (id: string): AppError => new AppError('not_found', `There is no version ${id}.`);

/** Throws AppError `not_found`. The lock on its asset protects it. */
export async function getVersion(reader: ManagedReader, id: string): Promise<Version> {
  const version = await findVersion(reader, id);
  if (version === undefined) throw versionNotFound(id);
  return version;
}

/** The caller holds the lock on the asset. */
export async function writeVersion(tx: ManagedTransaction, input: VersionInput, nowMs: number): Promise<Version> {
  const id = versionIdOf(input.assetId, input.etag);
  const present = await findVersion(tx, id);
  const { sizeBytes = present?.sizeBytes ?? null, language = present?.language ?? null } = input;
  if (present !== undefined) {
    const again = present.publishState === 'SOFT_DELETED' ? STAGED : {};
    return updateVersion(tx, present, { sizeBytes, language, ...again }, nowMs);
  }
  const { assetId, etag } = input;
  const times = { createdMs: nowMs, updatedMs: nowMs, publishedMs: null };
  const content = { transcriptHash: null, embeddingModel: null };
  const version: Version = { id, assetId, etag, sizeBytes, language, ...content, ...STAGED, ...times };
  await tx.insert(VERSIONS, [toRow(version)]);
  return version;
}

export async function updateVersion(
  tx: ManagedTransaction,
  version: Version,
  change: Partial<Version>,
  nowMs: number,
): Promise<Version> {
  const changed: Version = { ...version, ...change, updatedMs: nowMs };
  const { id, ...columns } = toRow(changed);
  await tx.update(VERSIONS, eq('id', version.id), columns);
  return changed;
}

const STAGED = {
  status: 'pending',
  publishState: 'STAGING',
  segmentVisibility: 'STAGING',
  embeddingVisibility: 'STAGING',
  retiredMs: null,
} as const satisfies Partial<Version>;

function toRow(version: Version): VersionRow {
  return {
    id: version.id,
    asset_id: version.assetId,
    etag: version.etag,
    size_bytes: version.sizeBytes,
    status: version.status,
    publish_state: version.publishState,
    segment_visibility: version.segmentVisibility,
    embedding_visibility: version.embeddingVisibility,
    language: version.language,
    transcript_hash: version.transcriptHash,
    embedding_model: version.embeddingModel,
    created_ms: BigInt(version.createdMs),
    updated_ms: BigInt(version.updatedMs),
    published_ms: version.publishedMs === null ? null : BigInt(version.publishedMs),
    retired_ms: version.retiredMs === null ? null : BigInt(version.retiredMs),
  };
}

export function toVersion(row: VersionRow): Version {
  const { published_ms: publishedMs, retired_ms: retiredMs } = row;
  return {
    id: row.id,
    assetId: row.asset_id,
    etag: row.etag,
    sizeBytes: row.size_bytes,
    status: row.status,
    publishState: row.publish_state,
    segmentVisibility: row.segment_visibility,
    embeddingVisibility: row.embedding_visibility,
    language: row.language,
    transcriptHash: row.transcript_hash,
    embeddingModel: row.embedding_model,
    createdMs: Number(row.created_ms),
    updatedMs: Number(row.updated_ms),
    publishedMs: publishedMs === null ? null : Number(publishedMs),
    retiredMs: retiredMs === null ? null : Number(retiredMs),
  };
}
