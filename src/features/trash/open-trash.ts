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
