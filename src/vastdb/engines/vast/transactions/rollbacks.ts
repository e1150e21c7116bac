import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../../../shared/retry.ts';
import type { Transactions } from '../client/transactions.ts';
import type { VastClient } from '../client/vast-client.ts';
import { VastError } from '../transport/vast-error.ts';

/** Short, so that the rows can be written again soon after an outage. */
const BACKOFF = { baseMs: 50, maxMs: 1000 };
/** How long a rollback is repeated. By then the cluster has surely ended the transaction itself. */
const PATIENCE_MS = 600_000;
/** How long callers wait for it: enough for one endpoint that hangs and one that answers. */
const SOON_MS = 3000;

/**
 * Ends transactions, beside the work. One that was not ended holds its rows, and nobody can write them
 * until the cluster ends it by itself; so a rollback is repeated until the cluster has answered to it.
 */
export class Rollbacks {
  readonly #transactions: Pick<Transactions, 'rollback'>;
  readonly #running = new Set<Promise<boolean>>();
  readonly #closing = new AbortController();

  constructor(transactions: Pick<Transactions, 'rollback'>) {
    this.#transactions = transactions;
  }

  /** Never rejects. @returns whether the transaction is over; false when that was given up. */
  end(transactionId: string): Promise<boolean> {
    const ended = this.#end(transactionId);
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return ended;
  }

  /** Tries open rollbacks once more, and waits for all of them. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #end(transactionId: string): Promise<boolean> {
    const { signal } = this.#closing;
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = signal.aborted || performance.now() >= giveUpAt;
      if (await this.#isEnded(transactionId)) return true;
      if (isLast) return false;
      // An abort ends the wait early, for the last try.
      await sleep(backoffMs(attempt, BACKOFF), undefined, { signal }).catch(() => undefined);
    }
  }

  async #isEnded(transactionId: string): Promise<boolean> {
    try {
      await this.#transactions.rollback(transactionId);
      return true;
    } catch (error) {
      // One that the cluster does not know any more is over.
      return error instanceof VastError && error.status === 404;
    }
  }
}

/** Reads in a transaction of its own, which is ended beside the further work. */
export async function readOnce<T>(
  { transactions }: Pick<VastClient, 'transactions'>,
  rollbacks: Rollbacks,
  read: (transactionId: string) => Promise<T>,
): Promise<T> {
  const id = await transactions.begin();
  try {
    return await read(id);
  } finally {
    void rollbacks.end(id);
  }
}

/** Whether a rollback comes to its end within a few seconds; otherwise it goes on in the background. */
export async function isEndedSoon(ended: Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, SOON_MS, false);
  void ended.then(resolve);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
