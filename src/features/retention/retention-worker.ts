import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import { WorkerLoop } from '../../operation/worker-loop.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import type { Services } from '../../tams/services.ts';
import { type DueFlow, dueFlows } from './due-flows.ts';
import { dueOf } from './retention-rules.ts';
import type { FlowDocument } from '../../tams/flows/flow-state.ts';
import type { VastStore } from '../../tams/vast-store.ts';

const LEASE = 'retention';
/** The name that deletion requests and the trash have for it. */
const PRINCIPAL = 'retention';
/** How often what is due is looked for: a segment may stay for so much longer. */
const IDLE_MS = 30_000;

/** Counts since the start. */
export interface RetentionCounts {
  flows: number;
  /** Deletions of segments, of any number at once. */
  segments: number;
}

interface RetentionParts {
  readonly store: VastStore;
  readonly services: Pick<Services, 'flows' | 'segments'>;
  readonly leases: LeaseKeeper;
  readonly counts: RetentionCounts;
  readonly logger: Logger;
}

/** Deletes flows and segments as their tags ask for it. One process at a time does. */
export function retentionWorker({ store, services, leases, counts, logger }: RetentionParts): WorkerLoop {
  const round = async (signal: AbortSignal): Promise<number> => {
    await leases.during(LEASE, async () => {
      let failed = 0;
      let last: { flowId: string; reason: string } | undefined;
      for await (const found of dueFlows(store, Date.now())) {
        if (signal.aborted) return;
        const reason = await deleteDue(found, services, counts);
        if (reason === undefined) continue;
        failed++;
        last = { flowId: found.flowId, reason };
      }
      if (last !== undefined) logger.warn({ failed, ...last }, 'flows keep what is due; one of them is named');
    });
    return IDLE_MS;
  };
  return new WorkerLoop('retention worker', (signal) => withReserve(() => round(signal)), logger);
}

/** Returns why nothing was deleted. */
async function deleteDue(
  found: DueFlow,
  { flows, segments }: RetentionParts['services'],
  counts: RetentionCounts,
): Promise<string | undefined> {
  if ('problem' in found) return found.problem;
  const { flowId, due } = found;
  try {
    // Looked at again in the transaction that deletes: an update since then counts.
    if (due.flow) {
      await flows.delete(flowId, PRINCIPAL, (flow) => dueOf(flow, Date.now()).flow);
      counts.flows++;
    } else if (due.segmentsUntilNs !== undefined) {
      const until = due.segmentsUntilNs;
      const isStillDue = (flow: FlowDocument): boolean =>
        (dueOf(flow, Date.now()).segmentsUntilNs ?? until - 1n) >= until;
      await segments.delete(flowId, { timerange: TimeRange.fromNs(null, until) }, PRINCIPAL, isStillDue);
      counts.segments++;
    }
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.code === 'not_found' ? undefined : error.message;
    throw error;
  }
}
