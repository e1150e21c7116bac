import { malformed } from '../protocol/malformed.ts';
import { VastError } from '../transport/vast-error.ts';
import type { Requests } from './requests.ts';

const QUERY = { transaction: null };

/** Transactions. Their ids are decimal texts, known to all endpoints of a cluster. */
export class Transactions {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** A transaction that is begun and forgotten does no harm: the cluster ends it, so this may be repeated. */
  async begin(): Promise<string> {
    const headers = await this.#requests.run('POST', [], { transactionId: '0', query: QUERY, repeatable: true });
    const id = headers['tabular-txid'];
    if (id === undefined || !/^\d+$/.test(id)) throw malformed('a new transaction has no id');
    return id;
  }

  async commit(transactionId: string): Promise<void> {
    await this.#requests.run('PUT', [], { transactionId, query: QUERY });
  }

  async rollback(transactionId: string): Promise<void> {
    await this.#requests.run('DELETE', [], { transactionId, query: QUERY, repeatable: true, isQuick: true });
  }

  /** Whether it is neither committed nor rolled back. Asking keeps it alive: do so every minute while it is idle. */
  async isOpen(transactionId: string): Promise<boolean> {
    try {
      await this.#requests.run('GET', [], { transactionId, query: QUERY });
      return true;
    } catch (error) {
      if (error instanceof VastError && error.status === 404) return false;
      throw error;
    }
  }
}
