import type { Subscriber } from '../../tams/subscribers.ts';
import { changePlaces } from '../../tams/objects/place-change.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { purgeWorker } from './purge-worker.ts';
import { reservesId } from './reserved-ids.ts';
import { TrashPurge } from './trash-purge.ts';
import { TrashReader } from './trash-reader.ts';
import { TrashRepository } from './trash-repository.ts';
import { trashRoutes } from './trash-routes.ts';
import { TrashService } from './trash-service.ts';
import type { SoftDeleteConfig } from './trash-settings.ts';
import { DELETED_SEGMENTS } from './trash-tables.ts';

/** The trash. While it is switched off it is emptied; undefined once it is empty. */
export async function openTrash(
  { manager, store, leases, settings, logger }: Platform,
  { enabled, retentionS }: SoftDeleteConfig,
): Promise<OpenFeature | undefined> {
  const reader = new TrashReader(manager.reader());
  if (!enabled && !(await reader.holdsAny(Number.MAX_SAFE_INTEGER))) return undefined;
  if (!enabled) logger.warn('SOFT_DELETE is off: what is in the trash is kept for its time, and cannot be restored');
  store.subscribers.add(enabled ? { ...USES, keeper: KEEPER } : USES);
  const purge = new TrashPurge(store, reader, settings.reclaim.graceS * 1000);
  return {
    ...(enabled && {
      routes: (app, context) => {
        trashRoutes(app, new TrashService(store, reader, purge), context);
      },
    }),
    workers: [purgeWorker(purge, retentionS * 1000, leases, logger)],
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
