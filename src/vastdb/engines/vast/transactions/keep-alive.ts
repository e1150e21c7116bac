import type { VastClient } from '../client/vast-client.ts';

/** Asks for a transaction now and then: a cluster ends those that nothing is heard of. @returns what stops it. */
export function keepAlive(client: VastClient, transactionId: string, everyMs: number): () => void {
  // One that fails changes nothing: the work itself finds out.
  const ask = (): unknown => client.transactions.isOpen(transactionId).catch(() => undefined);
  const timer = setInterval(ask, everyMs).unref();
  return () => {
    clearInterval(timer);
  };
}
