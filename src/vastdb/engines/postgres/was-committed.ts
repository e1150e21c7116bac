import { setTimeout as sleep } from 'node:timers/promises';
import { TableError } from '../../table-error.ts';
import type { Answer, Connections } from './connections.ts';
import { isOfTheFuture } from './postgres-error.ts';
import type { TransactionIdentity } from './postgres-transaction.ts';
import { LAST_CRASH } from './server-identity.ts';

/** How long to ask: a crashed server needs some seconds until it answers again. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;
/** A connection whose client is gone may keep its transaction open until the network gives up: then it is ended. */
const END_AFTER_MS = 1000;

/**
 * Finds out the outcome of a transaction if the answer to its commit was lost.
 *
 * @param server the SQL by which the transaction noted its server.
 * @throws TableError `outcome_unknown` when that cannot be found out: it must not be run anew.
 */
export async function wasCommitted(
  connections: Connections,
  identity: TransactionIdentity,
  server: string,
): Promise<boolean> {
  const started = performance.now();
  let latest: unknown;
  while (performance.now() - started < PATIENCE_MS) {
    try {
      const { rows } = await connections.run({
        // Another server has other transactions of the same number.
        text: `SELECT CASE WHEN ${server} = $2 THEN pg_xact_status($1::xid8) ELSE 'elsewhere' END, ${LAST_CRASH}`,
        values: [identity.id, identity.server],
      });
      const [status, lastCrash] = rows[0] ?? [];
      if (status === 'aborted') return false;
      if (status === 'committed') {
        if (lastCrash === identity.lastCrash) return true;
        // The server crashed: that may be a later transaction of the same number.
        break;
      }
      if (status === 'elsewhere') break;
      if (performance.now() - started > END_AFTER_MS) await end(connections, identity);
    } catch (error) {
      // It left no trace on this server: a crash before it was on the disk undid it.
      if (isOfTheFuture(error)) return false;
      latest = error;
    }
    await sleep(PAUSE_MS);
  }
  const text = 'The connection was lost at a commit, and no server can tell now whether it was done.';
  throw new TableError('outcome_unknown', text, latest);
}

/** Only where that connection is in this transaction still: its number may be another connection's by now. */
const end = (connections: Connections, { id, backend }: TransactionIdentity): Promise<Answer> =>
  connections.run({
    text: 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::integer AND backend_xid = ($2::xid8)::xid',
    values: [backend, id],
  });
