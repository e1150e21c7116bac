import type { Cell, Ordering, RowSet, TableDefinition } from '../../../vastdb/engine.ts';
import { and, eq, gt, isIn, isNotNull, lt, ne } from '../../../vastdb/predicate/builder.ts';
import type { Condition, Predicate, Where } from '../../../vastdb/predicate/predicate.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { JOBS } from '../search-job-tables.ts';
import { ASSETS, EMBEDDINGS, SEGMENTS, type VersionRow, VERSIONS } from '../search-tables.ts';

/** Rows that are removed in one transaction. */
const BATCH = 2_000;
/** Assets and versions of one read. */
const PAGE = 500;

const REMOVED = {
  publish_state: 'SOFT_DELETED',
  segment_visibility: 'SOFT_DELETED',
  embedding_visibility: 'SOFT_DELETED',
} as const;

/** Tables whose rows go with a version. */
const CONTENT: readonly TableDefinition<{ version_id: string }>[] = [EMBEDDINGS, SEGMENTS];

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
  for await (const rows of pagesOfVersions(manager, retired)) {
    for (const [versionId, assetId] of rows) {
      if (await purgeVersion(manager, versionId, assetId, retired)) purged += 1;
    }
  }
  return purged;
}

/**
 * Retires versions that were never published and have not changed since before a time, for `purgeRetired` to remove.
 * One whose job waits, or was given up, stays until that is decided.
 */
export async function retireAbandoned(manager: Tables, changedBeforeMs: number): Promise<void> {
  const abandoned = and([eq('publish_state', 'STAGING'), lt('updated_ms', BigInt(changedBeforeMs))]);
  const change = { ...REMOVED, retired_ms: BigInt(changedBeforeMs - 1) };
  for await (const versions of pagesOfVersions(manager, abandoned)) {
    const ids = versions.map(([id]) => id);
    const { rows } = await manager.select({
      table: JOBS,
      columns: ['version_id'],
      where: and([isIn('version_id', ids), ne('status', 'completed')]),
      distinct: true,
    });
    const busy = new Set(rows.map(([id]) => id));
    for (const [id, assetId] of versions.filter((version) => !busy.has(version[0]))) {
      await manager.transaction(async (tx) => {
        await tx.lock([`asset:${assetId}`]);
        await tx.update(VERSIONS, and([eq('id', id), abandoned]), change);
      });
    }
  }
}

/** Removes assets whose objects have been gone since before a time, once their versions are. Returns how many. */
export async function purgeTombstoned(manager: Tables, tombstonedBeforeMs: number): Promise<number> {
  const gone = and([isNotNull('tombstoned_ms'), lt('tombstoned_ms', BigInt(tombstonedBeforeMs))]);
  let purged = 0;
  const assets = inPages(({ after, ...page }) =>
    manager.select({ table: ASSETS, columns: ['id'], where: and([gone, after]), ...page }),
  );
  for await (const page of assets) {
    const ids = page.map(([id]) => id);
    const where = isIn('asset_id', ids);
    const { rows } = await manager.select({ table: VERSIONS, columns: ['asset_id'], where, distinct: true });
    const kept = new Set(rows.map(([id]) => id));
    for (const id of ids.filter((each) => !kept.has(each))) {
      purged += await manager.transaction(async (tx) => {
        await tx.lock([`asset:${id}`]);
        // It may have come back meanwhile, and with it a version.
        return tx.delete(ASSETS, and([eq('id', id), gone]));
      });
    }
  }
  return purged;
}

const pagesOfVersions = (manager: Tables, where: Where<VersionRow>): AsyncGenerator<[id: string, assetId: string][]> =>
  inPages(({ after, ...page }) =>
    manager.select({ table: VERSIONS, columns: ['id', 'asset_id'], where: and([where, after]), ...page }),
  );

interface PageOfIds {
  readonly after: Predicate<Condition<'id', string>>;
  readonly orderBy: readonly Ordering<'id'>[];
  readonly limit: number;
}

/** In the order of the ids: a row that stays is met once. */
async function* inPages<Cells extends [id: string, ...Cell[]]>(
  read: (page: PageOfIds) => Promise<RowSet<Cells>>,
): AsyncGenerator<Cells[]> {
  let last = '';
  for (;;) {
    const { rows } = await read({ after: gt('id', last), orderBy: [{ column: 'id', direction: 'asc' }], limit: PAGE });
    yield rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1)?.[0] ?? last;
  }
}

async function purgeVersion(
  manager: Tables,
  versionId: string,
  assetId: string,
  retired: Where<VersionRow>,
): Promise<boolean> {
  const still = and([eq('id', versionId), retired]);
  // First the version becomes unpublishable: searches never see half of a version.
  const isTaken = await manager.transaction(async (tx) => {
    await tx.lock([`asset:${assetId}`]);
    return (await tx.update(VERSIONS, still, REMOVED)) > 0;
  });
  if (!isTaken) return false;
  for (const table of CONTENT) {
    let removed = BATCH;
    while (removed === BATCH) {
      removed = await manager.transaction(
        async (tx) => {
          // It may have come back meanwhile: an object that was removed and created again.
          await tx.lock([`asset:${assetId}`]);
          if ((await tx.count(VERSIONS, still)) === 0) return 0;
          return tx.delete(table, eq('version_id', versionId), { limit: BATCH });
        },
        { lane: 'background' },
      );
    }
  }
  return manager.transaction(async (tx) => {
    await tx.lock([`asset:${assetId}`]);
    return (await tx.delete(VERSIONS, still)) > 0;
  });
}
