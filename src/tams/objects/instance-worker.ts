import type { Logger } from 'pino';
import type { LeaseKeeper } from '../leases/lease-keeper.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';
import type { InstanceCopying } from './instance-copying.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import type { TableReads } from '../table-access.ts';
import type { InstanceTask } from './instance-job.ts';
import { INSTANCE_JOBS } from './instance-tables.ts';

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

/** How long a reading is reused, however often scrapers and people ask. */
const KEPT_MS = 5_000;
/** Counting stops here: beyond it the exact number does not matter. */
const COUNT_MAX = 1_000;
const TASKS: readonly InstanceTask[] = ['copy', 'remove'];

interface Waiting {
  readonly counts: ReadonlyMap<InstanceTask, number>;
  /** The time at which the oldest waiting copy was asked for, in ms since 1970. */
  readonly oldestMs: number | undefined;
}

/** Copies of objects, and bytes of instances that wait for their deletion. */
export function instanceSources(
  reader: TableReads,
  counts: Readonly<Record<'done' | 'retried' | 'failed', number>>,
): MetricSource[] {
  let latest: { at: number; waiting: Promise<Waiting> } | undefined;
  const read = (): Promise<Waiting> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > KEPT_MS) latest = { at: now, waiting: readWaiting(reader) };
    return latest.waiting;
  };
  return [
    {
      name: 'tams_instance_jobs',
      help: 'Instances of objects to be copied, or whose bytes are to be deleted, by task; 1000 stands for more, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const waiting = (await read()).counts;
        return TASKS.map((task) => ({ labels: { task }, value: waiting.get(task) ?? 0 }));
      },
    },
    {
      name: 'tams_instance_copy_age_seconds',
      help: 'For how long the oldest copy has been waiting.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { oldestMs } = await read();
        return [{ value: oldestMs === undefined ? 0 : Math.max(0, Date.now() - oldestMs) / 1000 }];
      },
    },
    {
      name: 'tams_instance_copies_total',
      help: 'Copies that this process made, will try again, or gave up, by result.',
      type: 'counter',
      read: () => Object.entries(counts).map(([result, value]) => ({ labels: { result }, value })),
    },
  ];
}

async function readWaiting(reader: TableReads): Promise<Waiting> {
  const { rows } = await reader.select({ table: INSTANCE_JOBS, columns: ['task', 'created_ms'], limit: COUNT_MAX });
  const counts = new Map<InstanceTask, number>();
  let oldestMs: number | undefined;
  for (const [task, created] of rows) {
    counts.set(task, (counts.get(task) ?? 0) + 1);
    if (task === 'copy' && (oldestMs === undefined || Number(created) < oldestMs)) oldestMs = Number(created);
  }
  return { counts, oldestMs };
}
