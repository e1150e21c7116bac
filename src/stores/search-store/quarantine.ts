import type { Job, JobFailure } from '../../domain/search/job.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { findAsset, updateAsset } from './assets.ts';
import { findVersion, updateVersion } from './versions.ts';

/**
 * Marks the asset of a job that is given up for a person to look at. What of it can be found already stays so. Nothing is
 * done where there is nothing more to decide: the object is gone, or the asset was put aside.
 */
export async function quarantine(tx: ManagedTransaction, job: Job, failure: JobFailure, nowMs: number): Promise<void> {
  await tx.lock([`asset:${job.assetId}`]);
  const asset = await findAsset(tx, job.assetId);
  if (asset === undefined || asset.tombstonedMs !== null || asset.triageState === 'skipped') return;
  const version = job.versionId === null ? undefined : await findVersion(tx, job.versionId);
  const isPartial = version?.status === 'index_partial';
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
