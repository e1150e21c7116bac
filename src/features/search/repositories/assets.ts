import { defined } from '../../../shared/defined.ts';
import type { Asset, AssetInput } from '../rules/asset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq, isIn } from '../../../vastdb/predicate/builder.ts';
import { type Access, FULL_ACCESS } from '../../../tams/access/access.ts';
import { isInView } from './visible.ts';
import { assetIdOf } from './content-ids.ts';
import { type AssetRow, ASSETS } from '../search-tables.ts';

/** Undefined also for an asset that is not in the view that `access` gives. */
export async function findAsset(
  reader: ManagedReader,
  id: string,
  access: Access = FULL_ACCESS,
): Promise<Asset | undefined> {
  const row = await reader.selectOne({ table: ASSETS, where: eq('id', id) });
  const asset = row && toAsset(row);
  return asset !== undefined && (await isInView(reader, access, asset)) ? asset : undefined;
}

export async function findAssets(reader: ManagedReader, ids: readonly string[]): Promise<Map<string, Asset>> {
  const rows = ids.length === 0 ? [] : await reader.selectRows({ table: ASSETS, where: isIn('id', ids) });
  return new Map(rows.map(toAsset).map((asset) => [asset.id, asset]));
}

export const assetNotFound = (id: string): AppError => new AppError('not_found', `There is no asset ${id}.`);

/** Throws AppError `not_found`. Every change of an asset, or of its dependents, locks it by this. */
export async function lockAsset(tx: ManagedTransaction, id: string): Promise<Asset> {
  await tx.lock([`asset:${id}`]);
  const asset = await findAsset(tx, id);
  if (asset === undefined) throw assetNotFound(id);
  return asset;
}

/** Inserts the asset, or updates the given properties; returns the result. */
export async function writeAsset(tx: ManagedTransaction, input: AssetInput, nowMs: number): Promise<Asset> {
  const id = assetIdOf(input.bucket, input.key);
  await tx.lock([`asset:${id}`]);
  const present = await findAsset(tx, id);
  const { bucket, key, ...given } = input;
  const known = defined(given);
  if (present === undefined) {
    const asset: Asset = { ...NEW_ASSET, id, bucket, key, ...known, createdMs: nowMs, updatedMs: nowMs };
    await tx.insert(ASSETS, [toRow(asset)]);
    return asset;
  }
  // Versions of a deleted object say nothing about its replacement.
  const revived = present.tombstonedMs === null ? {} : { tombstonedMs: null, currentVersionId: null, ...FRESH };
  return updateAsset(tx, present, { ...known, ...revived }, nowMs);
}

export async function updateAsset(
  tx: ManagedTransaction,
  asset: Asset,
  change: Partial<Asset>,
  nowMs: number,
): Promise<Asset> {
  const changed: Asset = { ...asset, ...change, updatedMs: nowMs };
  const { id, ...columns } = toRow(changed);
  await tx.update(ASSETS, eq('id', asset.id), columns);
  return changed;
}

const FRESH = {
  status: 'pending',
  triageState: 'none',
  recommendedAction: null,
  lastError: null,
  attempt: 0,
} as const satisfies Partial<Asset>;

const NEW_ASSET = {
  ...FRESH,
  currentVersionId: null,
  engine: null,
  sizeBytes: null,
  contentType: null,
  etag: null,
  durationNs: null,
  codec: null,
  link: null,
  tombstonedMs: null,
} as const satisfies Partial<Asset>;

function toRow(asset: Asset): AssetRow {
  return {
    id: asset.id,
    bucket: asset.bucket,
    key: asset.key,
    current_version_id: asset.currentVersionId,
    status: asset.status,
    triage_state: asset.triageState,
    recommended_action: asset.recommendedAction,
    engine: asset.engine,
    last_error: asset.lastError,
    attempt: asset.attempt,
    size_bytes: asset.sizeBytes,
    content_type: asset.contentType,
    etag: asset.etag,
    duration_ns: asset.durationNs,
    codec: asset.codec,
    flow_id: asset.link?.flowId ?? null,
    flow_life: asset.link?.flowLife ?? null,
    source_id: asset.link?.sourceId ?? null,
    offset_ns: asset.link?.offsetNs ?? null,
    tombstoned_ms: asset.tombstonedMs === null ? null : BigInt(asset.tombstonedMs),
    created_ms: BigInt(asset.createdMs),
    updated_ms: BigInt(asset.updatedMs),
  };
}

export function toAsset(row: AssetRow): Asset {
  const { flow_id: flowId, flow_life: flowLife, source_id: sourceId, tombstoned_ms: tombstonedMs } = row;
  return {
    id: row.id,
    bucket: row.bucket,
    key: row.key,
    currentVersionId: row.current_version_id,
    status: row.status,
    triageState: row.triage_state,
    recommendedAction: row.recommended_action,
    engine: row.engine,
    lastError: row.last_error,
    attempt: row.attempt,
    sizeBytes: row.size_bytes,
    contentType: row.content_type,
    etag: row.etag,
    durationNs: row.duration_ns,
    codec: row.codec,
    link: flowId === null ? null : { flowId, flowLife: flowLife ?? flowId, sourceId, offsetNs: row.offset_ns ?? 0n },
    tombstonedMs: tombstonedMs === null ? null : Number(tombstonedMs),
    createdMs: Number(row.created_ms),
    updatedMs: Number(row.updated_ms),
  };
}
