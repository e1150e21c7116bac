import type { Asset } from '../rules/asset.ts';
import type { Version, Visibility } from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { eq } from '../../../vastdb/predicate/builder.ts';
import { lockAsset, updateAsset } from './assets.ts';
import { nextRevision } from './state.ts';
import { VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS, type VisibleTable } from '../search-tables.ts';
import { findVersion, findVersions, getVersion, updateVersion } from './versions.ts';

/**
 * A search may show the current version of an asset, if that is ACTIVE and the asset has no tombstone. Only this file
 * knows the rule, and only it writes the tables of visible rows.
 */
function isShown(asset: Asset, version: Version | undefined, parts: readonly Visibility[]): version is Version {
  return (
    version !== undefined &&
    asset.tombstonedMs === null &&
    asset.currentVersionId === version.id &&
    version.publishState === 'ACTIVE' &&
    parts.every((visibility) => visibility === 'ACTIVE')
  );
}

/** To be called in every transaction that changed an asset or its current version, after the last change. */
export async function refreshVisible(tx: ManagedTransaction, asset: Asset): Promise<void> {
  const { currentVersionId } = asset;
  const version = currentVersionId === null ? undefined : await findVersion(tx, currentVersionId);
  const { segmentVisibility = 'STAGING', embeddingVisibility = 'STAGING' } = version ?? {};
  const segments = isShown(asset, version, [segmentVisibility]) ? version : undefined;
  // A vector leads to its segment, so it is not shown without.
  const embeddings = isShown(asset, version, [segmentVisibility, embeddingVisibility]) ? version : undefined;
  await writeVisible(tx, VISIBLE_SEGMENTS, asset, segments, async () => 0n);
  await writeVisible(tx, VISIBLE_EMBEDDINGS, asset, embeddings, () => nextRevision(tx));
}

/** To be called when vectors of a version were added, changed or removed: processes that keep them read them again. */
export async function refreshVectors(tx: ManagedTransaction, versionId: string): Promise<void> {
  const where = eq('version_id', versionId);
  if ((await tx.count(VISIBLE_EMBEDDINGS, where)) === 0) return;
  await tx.update(VISIBLE_EMBEDDINGS, where, { revision: await nextRevision(tx) });
}

/** Archives the published version, activates this one, and makes it the asset's current one. */
export async function publish(
  tx: ManagedTransaction,
  assetId: string,
  versionId: string,
  nowMs: number,
): Promise<Asset> {
  const asset = await lockAsset(tx, assetId);
  const version = await getVersion(tx, versionId);
  if (version.assetId !== assetId) {
    throw new AppError('invalid_request', `The version ${versionId} is one of another asset than ${assetId}.`);
  }
  if (asset.tombstonedMs !== null || version.publishState === 'SOFT_DELETED') {
    throw new AppError('not_found', `The object of asset ${assetId}, or this version of it, was removed meanwhile.`);
  }
  const previous = await findVersions(tx, eq('asset_id', assetId));
  for (const other of previous) {
    if (other.id === versionId || other.publishState !== 'ACTIVE') continue;
    const archived = { ...partsTo(other, 'ARCHIVED'), publishState: 'ARCHIVED', retiredMs: nowMs } as const;
    await updateVersion(tx, other, archived, nowMs);
  }
  const active = { ...partsTo(version, 'ACTIVE'), publishState: 'ACTIVE', retiredMs: null } as const;
  await updateVersion(tx, version, { ...active, publishedMs: nowMs }, nowMs);
  const { status } = version;
  const isDone = status === 'indexed' || status === 'index_partial';
  const done = isDone ? ({ status, triageState: 'none', lastError: null, recommendedAction: null } as const) : {};
  const published = await updateAsset(tx, asset, { currentVersionId: versionId, ...done }, nowMs);
  await refreshVisible(tx, published);
  return published;
}

/** Records that the object is gone, and retires its published and pending versions. */
export async function retire(tx: ManagedTransaction, assetId: string, nowMs: number): Promise<Asset> {
  const asset = await lockAsset(tx, assetId);
  for (const version of await findVersions(tx, eq('asset_id', assetId))) {
    if (version.publishState === 'SOFT_DELETED') continue;
    const removed = { segmentVisibility: 'SOFT_DELETED', embeddingVisibility: 'SOFT_DELETED' } as const;
    const retiredMs = version.retiredMs ?? nowMs;
    await updateVersion(tx, version, { ...removed, publishState: 'SOFT_DELETED', retiredMs }, nowMs);
  }
  const retired = await updateAsset(tx, asset, { tombstonedMs: asset.tombstonedMs ?? nowMs }, nowMs);
  await refreshVisible(tx, retired);
  return retired;
}

/** Parts that were removed by themselves stay removed. */
function partsTo(
  { segmentVisibility, embeddingVisibility }: Version,
  to: Visibility,
): Pick<Version, 'segmentVisibility' | 'embeddingVisibility'> {
  return {
    segmentVisibility: segmentVisibility === 'SOFT_DELETED' ? segmentVisibility : to,
    embeddingVisibility: embeddingVisibility === 'SOFT_DELETED' ? embeddingVisibility : to,
  };
}

const SHOWN = ['version_id', 'bucket', 'flow_id', 'flow_life', 'source_id', 'language', 'offset_ns'] as const;

/** @param revision is called if anything changes. */
async function writeVisible(
  tx: ManagedTransaction,
  table: VisibleTable,
  asset: Asset,
  version: Version | undefined,
  revision: () => Promise<bigint>,
): Promise<void> {
  const where = eq('asset_id', asset.id);
  const present = await tx.selectOne({ table, where });
  if (version === undefined) {
    if (present === undefined) return;
    await tx.delete(table, where);
    await revision();
    return;
  }
  const { bucket, link } = asset;
  const wanted = {
    version_id: version.id,
    bucket,
    flow_id: link?.flowId ?? null,
    flow_life: link?.flowLife ?? null,
    source_id: link?.sourceId ?? null,
    language: version.language,
    offset_ns: link?.offsetNs ?? 0n,
  };
  if (present === undefined) {
    await tx.insert(table, [{ ...wanted, asset_id: asset.id, revision: await revision() }]);
    // Vectors may have changed while the version was not published: processes that kept older ones read them again.
  } else if (SHOWN.some((column) => present[column] !== wanted[column])) {
    await tx.update(table, where, { ...wanted, revision: await revision() });
  }
}
