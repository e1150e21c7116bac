import type { StoreTransaction } from '../vast-store.ts';

/**
 * Whether the id is that of a flow or source which this principal may not see, or which a feature keeps for somebody else.
 * Such an id is not free, and the principal is not told why.
 */
export async function isOthers(tx: StoreTransaction, kind: 'flow' | 'source', id: string): Promise<boolean> {
  if (tx.classes === undefined) return false;
  const isHidden = kind === 'flow' ? await tx.flows.isHidden(id) : await tx.sources.isHidden(id);
  return isHidden || tx.subscribers.reservesId(tx.rows, kind, id, tx.classes);
}
