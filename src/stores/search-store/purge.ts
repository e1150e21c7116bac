import { and, eq, isIn, isNotNull, lt } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { EMBEDDINGS, SEGMENTS, VERSIONS } from './tables.ts';

/** Rows that are removed in one transaction. */
const BATCH = 2_000;

const REMOVED = {
  publish_state: 'SOFT_DELETED',
  segment_visibility: 'SOFT_DELETED',
  embedding_visibility: 'SOFT_DELETED',
};

type Tables = Pick<VastDBManager, 'select' | 'transaction'>;

/**
 * Removes what has been ARCHIVED or SOFT_DELETED since before a time. The version's own row goes last: a purge that
 * breaks off is found again and completed.
 */
export async function purgeRetired(manager: Tables, retiredBeforeMs: number): Promise<number> {
  const retired = and([
    isIn('publish_state', ['ARCHIVED', 'SOFT_DELETED']),
    isNotNull('retired_ms'),
    lt('retired_ms', BigInt(retiredBeforeMs)),
  ]);
  const { rows } = await manager.select({ table: VERSIONS.name, columns: ['id', 'asset_id'], where: retired });
  let purged = 0;
  for (const [versionId, assetId] of rows as [string, string][]) {
    if (await purgeVersion(manager, versionId, assetId, retired)) purged += 1;
  }
  return purged;
}

async function purgeVersion(
  manager: Tables,
  versionId: string,
  assetId: string,
  retired: ReturnType<typeof and>,
): Promise<boolean> {
  const still = and([eq('id', versionId), retired]);
  // First of all it cannot be published any more: what is shown is never half of a version.
  const isTaken = await manager.transaction(async (tx) => {
    await tx.lock([`asset:${assetId}`]);
    return (await tx.update(VERSIONS.name, still, REMOVED)) > 0;
  });
  if (!isTaken) return false;
  for (const table of [EMBEDDINGS, SEGMENTS.name]) {
    let removed = BATCH;
    while (removed === BATCH) {
      removed = await manager.transaction(
        async (tx) => {
          // It may have come back meanwhile: an object that was removed and created again.
          await tx.lock([`asset:${assetId}`]);
          if ((await tx.count(VERSIONS.name, still)) === 0) return 0;
          return tx.delete(table, eq('version_id', versionId), { limit: BATCH });
        },
        { lane: 'background' },
      );
    }
  }
  return manager.transaction(async (tx) => {
    await tx.lock([`asset:${assetId}`]);
    return (await tx.delete(VERSIONS.name, still)) > 0;
  });
}
