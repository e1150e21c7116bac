import { setTimeout as sleep } from 'node:timers/promises';
import { TableError } from '../../table-error.ts';
import type { Answer, Connections } from './connections.ts';
import type { TransactionIdentity } from './postgres-transaction.ts';

/** How long to ask: a crashed server needs some seconds until it answers again. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;
/** A connection whose client is gone may keep its transaction open until the network gives up: then it is ended. */
const END_AFTER_MS = 1000;

/**
 * Finds out the outcome of a transaction if the answer to its commit was lost.
 *
 * @throws TableError `unavailable` when that cannot be found out now: it must not be run anew.
 */
export async function wasCommitted(connections: Connections, identity: TransactionIdentity): Promise<boolean> {
  const started = performance.now();
  let latest: unknown;
  while (performance.now() - started < PATIENCE_MS) {
    try {
      const { rows } = await connections.run({ text: 'SELECT pg_xact_status($1::xid8)', values: [identity.id] });
      const status = rows[0]?.[0];
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (performance.now() - started > END_AFTER_MS) await end(connections, identity);
    } catch (error) {
      latest = error;
    }
    await sleep(PAUSE_MS);
  }
  throw new TableError('unavailable', 'Whether the transaction was committed cannot be found out now.', latest);
}

/** Only where that connection is in this transaction still: its number may be another connection's by now. */
const end = (connections: Connections, { id, backend }: TransactionIdentity): Promise<Answer> =>
  connections.run({
    text: 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::integer AND backend_xid = ($2::xid8)::xid',
    values: [backend, id],
  });
