import { AppError } from '../../shared/errors.ts';
import type { FlowDocument, FlowState } from './flow-state.ts';
import type { StoreTransaction } from '../vast-store.ts';

export const flowNotFound = (id: string): AppError => new AppError('not_found', `there is no flow ${id}`);

export const flowReadOnly = (id: string): AppError =>
  new AppError('flow_read_only', `flow ${id} is read-only; PUT false to its read_only first`);

/** The flow, to change it, its segments or its storage; throws `not_found` or `flow_read_only`. */
export async function writableFlow(tx: StoreTransaction, id: string): Promise<FlowState> {
  return writable(await tx.flows.state(id), id);
}

/** As `writableFlow`, of a flow that was looked for. */
export function writable(flow: FlowState | undefined, id: string): FlowState {
  if (flow === undefined) throw flowNotFound(id);
  if (flow.readOnly) throw flowReadOnly(id);
  return flow;
}

/** The container that storage and segments need; throws `container_not_set`. */
export function containerOf(flow: FlowState): string {
  if (flow.container === null) {
    throw new AppError('container_not_set', `flow ${flow.id} has no container; set it with PUT /flows/${flow.id}`, {
      field: 'container',
    });
  }
  return flow.container;
}

/** Whether the condition, if there is one, is true of the flow as it is in this transaction. */
export async function stillHolds(
  tx: StoreTransaction,
  id: string,
  condition: ((flow: FlowDocument) => boolean) | undefined,
): Promise<boolean> {
  if (condition === undefined) return true;
  const flow = await tx.flows.find(id);
  return flow !== undefined && condition(flow);
}
