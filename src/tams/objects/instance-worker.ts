import type { Logger } from 'pino';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';
import type { InstanceCopying } from './instance-copying.ts';

const LEASE = 'instances';
/** Objects that are copied at a time. */
const PARALLEL = 4;
/** Interval of looking for due jobs. */
const IDLE_MS = 1_000;

/** Copies objects and deletes the bytes of instances, as they become due. */
export const instanceWorker = (copying: InstanceCopying, leases: LeaseKeeper, logger: Logger): WorkerLoop =>
  new WorkerLoop(
    'instance worker',
    async (signal) => {
      if ((await copying.due(1)).length > 0) await leases.during(LEASE, () => performDue(copying, leases, signal));
      return IDLE_MS;
    },
    logger,
  );

/** Performs what is due, and what becomes due meanwhile: a large object does not keep others waiting. */
async function performDue(copying: InstanceCopying, leases: LeaseKeeper, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  const failures: unknown[] = [];
  for (;;) {
    if (!leases.holds(LEASE)) lost.abort();
    if (!stop.aborted && failures.length === 0 && running.size < PARALLEL) {
      // Those that run are due too.
      const due = (await copying.due(2 * PARALLEL)).filter(({ storagePath }) => !running.has(storagePath));
      for (const job of due.slice(0, PARALLEL - running.size)) {
        const performed = copying.perform(job, stop).catch((error: unknown) => void failures.push(error));
        running.set(
          job.storagePath,
          performed.finally(() => running.delete(job.storagePath)),
        );
      }
    }
    if (running.size === 0) break;
    await Promise.race([...running.values(), pause()]);
  }
  if (failures.length > 0) throw failures[0];
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, IDLE_MS).unref());
