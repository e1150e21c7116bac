import type { Cell } from '../../../vastdb/engine.ts';
import { and, eq, gt, isIn, isNotNull, lt, ne } from '../../../vastdb/predicate/builder.ts';
import type { Predicate } from '../../../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { ASSETS, EMBEDDINGS, JOBS, SEGMENTS, VERSIONS } from '../search-tables.ts';

/** Rows that are removed in one transaction. */
const BATCH = 2_000;
/** Assets and versions that are looked at at a time. */
const PAGE = 500;

const REMOVED = {
  publish_state: 'SOFT_DELETED',
  segment_visibility: 'SOFT_DELETED',
  embedding_visibility: 'SOFT_DELETED',
};

type Tables = Pick<VastDBManager, 'select' | 'transaction'>;

/**
 * Deletes versions that have been ARCHIVED or SOFT_DELETED since before a time. The version's own row goes last, so an
 * interrupted purge is found again and completed.
 */
export async function purgeRetired(manager: Tables, retiredBeforeMs: number): Promise<number> {
  const retired = and([
    isIn('publish_state', ['ARCHIVED', 'SOFT_DELETED']),
    isNotNull('retired_ms'),
    lt('retired_ms', BigInt(retiredBeforeMs)),
  ]);
  let purged = 0;
  await inPages(manager, VERSIONS.name, ['id', 'asset_id'], retired, async (rows) => {
    for (const [versionId, assetId] of rows as [string, string][]) {
      if (await purgeVersion(manager, versionId, assetId, retired)) purged += 1;
    }
  });
  return purged;
}

/**
 * Retires versions that were never published and have not changed since before a time, for `purgeRetired` to remove.
 * One whose job waits, or was given up, stays until that is decided.
 */
export async function retireAbandoned(manager: Tables, changedBeforeMs: number): Promise<void> {
  const abandoned = and([eq('publish_state', 'STAGING'), lt('updated_ms', BigInt(changedBeforeMs))]);
  const change = { ...REMOVED, retired_ms: BigInt(changedBeforeMs - 1) };
  await inPages(manager, VERSIONS.name, ['id', 'asset_id'], abandoned, async (rows) => {
    const versions = rows as [string, string][];
    const ids = versions.map(([id]) => id);
    const busy = await valuesOf(
      manager,
      JOBS.name,
      'version_id',
      and([isIn('version_id', ids), ne('status', 'completed')]),
    );
    for (const [id, assetId] of versions.filter((version) => !busy.has(version[0]))) {
      await manager.transaction(async (tx) => {
        await tx.lock([`asset:${assetId}`]);
        await tx.update(VERSIONS.name, and([eq('id', id), abandoned]), change);
      });
    }
  });
}

/** Removes assets whose objects have been gone since before a time, once their versions are. Returns how many. */
export async function purgeTombstoned(manager: Tables, tombstonedBeforeMs: number): Promise<number> {
  const gone = and([isNotNull('tombstoned_ms'), lt('tombstoned_ms', BigInt(tombstonedBeforeMs))]);
  let purged = 0;
  await inPages(manager, ASSETS.name, ['id'], gone, async (rows) => {
    const ids = (rows as [string][]).map(([id]) => id);
    const kept = await valuesOf(manager, VERSIONS.name, 'asset_id', isIn('asset_id', ids));
    for (const id of ids.filter((each) => !kept.has(each))) {
      purged += await manager.transaction(async (tx) => {
        await tx.lock([`asset:${id}`]);
        // It may have come back meanwhile, and with it a version.
        return tx.delete(ASSETS.name, and([eq('id', id), gone]));
      });
    }
  });
  return purged;
}

/** In the order of the ids, so that each one that stays is passed once. */
async function inPages(
  manager: Tables,
  table: string,
  columns: readonly [string, ...string[]],
  where: Predicate,
  work: (rows: readonly (readonly Cell[])[]) => Promise<void>,
): Promise<void> {
  let after = '';
  for (;;) {
    const { rows } = await manager.select({
      table,
      columns,
      where: and([where, gt('id', after)]),
      orderBy: [{ column: 'id', direction: 'asc' }],
      limit: PAGE,
    });
    await work(rows);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.[0] as string;
  }
}

async function valuesOf(manager: Tables, table: string, column: string, where: Predicate): Promise<Set<string>> {
  const { rows } = await manager.select({ table, columns: [column], where, distinct: true });
  return new Set((rows as [string][]).map(([value]) => value));
}

async function purgeVersion(
  manager: Tables,
  versionId: string,
  assetId: string,
  retired: ReturnType<typeof and>,
): Promise<boolean> {
  const still = and([eq('id', versionId), retired]);
  // First the version becomes unpublishable: searches never see half of a version.
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
