import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TrashPurge } from './trash-purge.ts';
import { holdsAny } from './trash-tables.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import type { TableReads } from '../../tams/table-access.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';

const LEASE = 'purge';

/** How often what is too old is looked for. */
const IDLE_MS = 5_000;

interface PurgeParts {
  readonly reader: TableReads;
  readonly purge: TrashPurge;
  readonly retentionMs: number;
  readonly leases: LeaseKeeper;
  readonly logger: Logger;
}

/** Purges what has been in the trash for longer than the retention. It may use what is kept free for deletions. */
export function purgeWorker({ reader, purge, retentionMs, leases, logger }: PurgeParts): WorkerLoop {
  const round = async (signal: AbortSignal): Promise<number> => {
    const untilMs = Date.now() - retentionMs;
    if (!(await holdsAny(reader, untilMs))) return IDLE_MS;
    await leases.during(LEASE, async () => {
      let more = true;
      while (more && !signal.aborted) {
        const started = performance.now();
        const purged = await purge.step({ untilMs }, (tx) => leases.mustHold(tx, LEASE));
        logger.info(purged, 'purged what was deleted too long ago to be restored');
        more = purged.more;
        // As long a rest as the step was: purging never takes more than half of the writer's time.
        await pause(performance.now() - started);
      }
    });
    return IDLE_MS;
  };
  return new WorkerLoop('purge worker', (signal) => withReserve(() => round(signal)), logger);
}
