import type { Subscriber } from '../../tams/subscribers.ts';
import { changePlaces } from '../../tams/objects/place-change.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { purgeWorker, TrashPurge } from './trash-purge.ts';
import { TrashReader } from './trash-reader.ts';
import { TrashRepository } from './trash-repository.ts';
import { trashRoutes } from './trash-routes.ts';
import { TrashService } from './trash-service.ts';
import type { SoftDeleteConfig } from './trash-settings.ts';
import { DELETED_FLOWS, DELETED_SEGMENTS, DELETED_SOURCES } from './trash-tables.ts';
import { fromJson, type Json } from '../../shared/json-text.ts';
import { giveAccess } from '../../tams/access/access-classes.ts';
import type { Tags } from '../../tams/documents/tags.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { eq } from '../../vastdb/predicate/builder.ts';

/** The trash. While it is switched off it is emptied. */
export function openTrash(
  { manager, store, leases, settings, logger }: Platform,
  { enabled, retentionS }: SoftDeleteConfig,
): OpenFeature {
  const reader = manager.reader();
  if (!enabled) logger.warn('SOFT_DELETE is off: what is in the trash is kept for its time, and cannot be restored');
  store.subscribers.add(enabled ? { ...USES, keeper: KEEPER } : USES);
  const purge = new TrashPurge(store, settings.reclaim.graceS * 1000);
  return {
    ...(enabled && {
      routes: (app, context) => {
        trashRoutes(app, new TrashService(store, new TrashReader(reader), purge), context);
      },
    }),
    workers: [purgeWorker({ reader, purge, retentionMs: retentionS * 1000, leases, logger })],
  };
}

const USES: Subscriber = {
  usedObjects: (rows, objectIds) => new TrashRepository(rows).usedObjects(objectIds),
  placesChanged: async (rows, change) => {
    await changePlaces(rows, DELETED_SEGMENTS, change);
  },
  reservesId,
};

const KEEPER: Subscriber['keeper'] = {
  keepFlow: (rows, flowId, memberships, deletion) => new TrashRepository(rows).addFlow(flowId, memberships, deletion),
  keepSource: (rows, sourceId, deletion) => new TrashRepository(rows).addSource(sourceId, deletion),
  keepSegments: (rows, flow, segments, deletion) => new TrashRepository(rows).addSegments(flow, segments, deletion),
};

/**
 * Whether the trash holds a flow or source of this id that these classes had no access to. Such an id stays reserved:
 * somebody who could not see it must not be able to keep it from being restored.
 */
async function reservesId(
  tables: ManagedTransaction,
  kind: 'flow' | 'source',
  id: string,
  classes: readonly string[],
): Promise<boolean> {
  const table: TableDefinition<{ id: string; document: Json<{ tags?: Tags }> }> =
    kind === 'flow' ? DELETED_FLOWS : DELETED_SOURCES;
  const { rows } = await tables.select({ table, columns: ['document'], where: eq('id', id) });
  return rows.some(([document]) => !giveAccess(fromJson(document).tags, classes));
}
