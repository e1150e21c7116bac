import type { Asset } from '../rules/asset.ts';
import type { Job, JobFailure } from '../rules/job.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { findAsset, lockAsset, updateAsset } from './assets.ts';
import { findVersion, updateVersion } from './versions.ts';

/*
 * Changes of an asset when its job ends or is repeated. They are in the transaction that changes the job, so that the two
 * never disagree.
 */

/**
 * Puts the asset of a failed job into quarantine, for a person to decide. Published versions stay published. Does
 * nothing if nothing is left to decide: the object is gone, the asset was skipped, or only the job's own end is
 * missing.
 */
export async function quarantine(tx: ManagedTransaction, job: Job, failure: JobFailure, nowMs: number): Promise<void> {
  await tx.lock([`asset:${job.assetId}`]);
  const asset = await findAsset(tx, job.assetId);
  if (asset === undefined || asset.tombstonedMs !== null || asset.triageState === 'skipped') return;
  const version = job.versionId === null ? undefined : await findVersion(tx, job.versionId);
  // A job that names a model is for an indexed version, which lacks the vectors of that model.
  const isDone = job.enginePolicy === null || version?.embeddingModel === job.enginePolicy;
  if (version?.status === 'indexed' && isDone) return settle(tx, job.assetId, nowMs);
  const isPartial = version?.status === 'index_partial' || version?.status === 'indexed';
  if (version !== undefined && !isPartial) await updateVersion(tx, version, { status: 'failed' }, nowMs);
  const outcome = {
    status: isPartial ? 'index_partial' : 'failed',
    triageState: 'quarantined',
    recommendedAction: failure.recommendedAction ?? 'retry',
    lastError: failure.message,
    attempt: job.attempt,
  } as const;
  await updateAsset(tx, asset, outcome, nowMs);
}

/** Takes the asset of a repeated job out of quarantine, or un-skips it. */
export async function release(tx: ManagedTransaction, assetId: string, nowMs: number): Promise<void> {
  const asset = await findAsset(tx, assetId);
  if (asset?.triageState !== 'quarantined' && asset?.triageState !== 'skipped') return;
  const retrying = { triageState: 'retrying', status: 'pending', attempt: 0, lastError: null } as const;
  await updateAsset(tx, await lockAsset(tx, assetId), { ...retrying, recommendedAction: null }, nowMs);
}

/**
 * Ends the state `retrying` of an asset whose job is done. A job that published has ended it already; a job that found
 * a newer version changes nothing.
 */
export async function settle(tx: ManagedTransaction, assetId: string, nowMs: number): Promise<void> {
  if ((await findAsset(tx, assetId))?.triageState !== 'retrying') return;
  const asset = await lockAsset(tx, assetId);
  const shown = asset.currentVersionId === null ? undefined : await findVersion(tx, asset.currentVersionId);
  const status = shown?.status === 'indexed' || shown?.status === 'index_partial' ? shown.status : asset.status;
  await updateAsset(tx, asset, { triageState: 'none', status } satisfies Partial<Asset>, nowMs);
}
