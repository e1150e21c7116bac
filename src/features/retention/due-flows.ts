import type { FlowDocument } from '../../tams/flows/flow-state.ts';
import { AppError } from '../../shared/errors.ts';
import { type Due, dueOf, RETENTION_TAGS } from './retention-rules.ts';
import type { VastStore } from '../../tams/vast-store.ts';

/** A flow with something to delete, or with tags that are wrong. */
export type DueFlow =
  | { readonly flowId: string; readonly due: Due }
  /** Its tags cannot be read; nothing of it is deleted. */
  | { readonly flowId: string; readonly problem: string };

const PAGE = 100;

/**
 * The flows with something to delete now. Read-only flows are left alone, and so are flows with a deletion under way. One query
 * per page of flows with a retention tag, and one for each of them.
 */
export async function* dueFlows(store: Pick<VastStore, 'flows'>, nowMs: number): AsyncGenerator<DueFlow> {
  const seen = new Set<string>();
  for (const tag of RETENTION_TAGS) {
    const tags = { values: new Map(), exists: new Map([[tag, true]]) };
    let after;
    do {
      const page = await store.flows.list({ tags }, { limit: PAGE, ...(after && { after }) });
      for (const flow of page.items) {
        if (seen.has(flow.id)) continue;
        seen.add(flow.id);
        const found = await lookAt(store, flow, nowMs);
        if (found !== undefined) yield found;
      }
      after = page.next;
    } while (after !== undefined);
  }
}

async function lookAt(
  store: Pick<VastStore, 'flows'>,
  flow: FlowDocument,
  nowMs: number,
): Promise<DueFlow | undefined> {
  const { id: flowId } = flow;
  let due: Due;
  try {
    due = dueOf(flow, nowMs);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { flowId, problem: error.message };
  }
  if (!due.flow && due.segmentsUntilNs === undefined) return undefined;
  const state = await store.flows.state(flowId);
  if (state === undefined || state.readOnly || state.activeDeletions > 0) return undefined;
  const { content } = state;
  const hasSegments = due.segmentsUntilNs !== undefined && content !== null && content.startNs < due.segmentsUntilNs;
  return due.flow || hasSegments ? { flowId, due } : undefined;
}
