import type { Logger } from 'pino';
import type { Config } from '../../settings.ts';
import type { Store } from '../../tams/store.ts';
import { TrashPurge } from './trash-purge.ts';
import { TrashService } from './trash-service.ts';
import type { LeaseKeeper } from '../../vastdb/leases/lease-keeper.ts';
import { purgeWorker } from './purge-worker.ts';
import type { WorkerLoop } from '../../operation/worker-loop.ts';

/** What was deleted and is kept for a while. */
export interface TrashParts {
  /** Undefined where nothing can be restored. */
  readonly service: TrashService | undefined;
  readonly worker: WorkerLoop;
}

/** Undefined where nothing that is deleted is kept, and nothing is left of a time when it was. */
export async function openTrash(
  store: Store,
  leases: LeaseKeeper,
  config: Config,
  logger: Logger,
): Promise<TrashParts | undefined> {
  const { enabled, retentionS } = config.softDelete;
  if (!enabled && !(await store.trash.holdsAny(Number.MAX_SAFE_INTEGER))) return undefined;
  if (!enabled) logger.warn('SOFT_DELETE is off: what is in the trash is kept for its time, and cannot be restored');
  const purge = new TrashPurge(store, config.reclaim.graceS * 1000);
  return {
    service: enabled ? new TrashService(store, purge) : undefined,
    worker: purgeWorker(purge, retentionS * 1000, leases, logger),
  };
}
