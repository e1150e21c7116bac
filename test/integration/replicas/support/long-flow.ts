import { numbersOf } from '../../../../src/tams/segments/segment-numbers.ts';
import { newFlow, type Replica, type EmulatedReplicas } from './replicas.ts';

export const SECOND = 1_000_000_000n;

/** Where the segment of an index lies. */
export type Layout = (index: number) => { startNs: bigint; endNs: bigint };

export const stretch = (startNs: bigint, lengthNs: bigint) => ({ startNs, endNs: startNs + lengthNs });

/** Makes a flow of so many segments, without the objects that they would use. Returns its id. */
export async function fillFlow({ flows, manager, store }: Replica, layout: Layout, count: number): Promise<string> {
  const flow = newFlow();
  await flows.put(flow.id, () => flow, 'test');
  const all = Array.from({ length: count }, (_, index) => layout(index));
  const columns = ['flow_id', 'start_ns', 'end_ns', 'object_id', 'fragment'];
  const cells = all.map(({ startNs, endNs }, index) => [flow.id, startNs, endNs, `${flow.id} ${index}`, '{']);
  for (let start = 0; start < count; start += 20_000) {
    await manager.transaction((tx) => tx.insertArrays('segments', columns, cells.slice(start, start + 20_000)));
  }
  let [longestNs, coveredNs] = [0n, 0n];
  for (const { startNs, endNs } of all) {
    coveredNs += endNs - startNs;
    if (endNs - startNs > longestNs) longestNs = endNs - startNs;
  }
  await store.transaction(async (tx) => {
    const state = await tx.flows.state(flow.id);
    if (state === undefined) throw new Error('the flow was just made');
    const [startNs, endNs] = [all[0]?.startNs ?? 0n, all.at(-1)?.endNs ?? 0n];
    const content = { startNs, endNs, coveredNs, segments: { count: BigInt(count), longestNs } };
    await tx.flows.setContent(state, content, new Date().toISOString(), numbersOf({ ...state, content }));
  });
  return flow.id;
}

export interface Cost {
  readonly transactions: number;
  /** Requests that ask for rows. */
  readonly queries: number;
  /** Rows in their answers. */
  readonly rowsSent: number;
  /** Requests that insert, update or delete rows, those for locks included. */
  readonly writes: number;
}

/** What the cluster was asked for while `work` ran. */
export async function costOf<T>(
  { emulator }: EmulatedReplicas,
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> {
  const { requests } = emulator;
  requests.clear();
  const result = await work();
  const writes = requests.count('rows.insert') + requests.count('rows.update') + requests.count('rows.delete');
  const transactions = requests.count('transaction.begin');
  return {
    result,
    cost: { transactions, queries: requests.count('data.query'), rowsSent: requests.rowsSent(), writes },
  };
}
