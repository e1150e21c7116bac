import { and, eq, isIn, isNotNull, lt } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { EMBEDDINGS, SEGMENTS, VERSIONS } from './tables.ts';

/** Rows that are removed in one transaction. */
const BATCH = 2_000;

/**
 * Removes what has been ARCHIVED or SOFT_DELETED since before a time. The version's own row goes last: a purge that
 * breaks off is found again and completed.
 */
export async function purgeRetired(manager: VastDBManager, retiredBeforeMs: number): Promise<number> {
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
  manager: VastDBManager,
  versionId: string,
  assetId: string,
  retired: ReturnType<typeof and>,
): Promise<boolean> {
  const still = and([eq('id', versionId), retired]);
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
