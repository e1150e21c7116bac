import { notFound } from '../http/protocol-error.ts';
import type { EmulatorSettings } from '../settings.ts';
import { Catalogue } from './catalogue.ts';
import { Transaction } from './transaction.ts';

/** The id that stands for no transaction. */
const NONE = '0';
const TICK_MS = 50;
/** A longer tick means that this process, or the machine, was too busy to hear anybody. */
const LONGEST_TICK_MS = 4 * TICK_MS;

/** All that the emulated cluster holds: one bucket, its schemas and tables, and the open transactions. */
export class Store {
  readonly bucket: string;
  readonly catalogue: Catalogue;
  readonly #open = new Map<string, Transaction>();
  readonly #settings: Pick<EmulatorSettings, 'transactionSilenceMs'>;
  /** Milliseconds in which it could hear its clients, who may live in this process. */
  #clockMs = 0;
  readonly #ticks: NodeJS.Timeout;
  #version = 1;
  #transactions = 0;

  /** @param seed of the order in which rows are answered; see scan-order.ts. */
  constructor(bucket: string, seed: number, settings: Pick<EmulatorSettings, 'transactionSilenceMs'>) {
    this.bucket = bucket;
    this.#settings = settings;
    this.catalogue = new Catalogue(seed);
    let latest = performance.now();
    this.#ticks = setInterval(() => {
      const now = performance.now();
      this.#clockMs += Math.min(now - latest, LONGEST_TICK_MS);
      latest = now;
    }, TICK_MS).unref();
  }

  get openTransactions(): number {
    return this.#open.size;
  }

  close(): void {
    clearInterval(this.#ticks);
  }

  /** @returns the transaction's id. */
  begin(): string {
    this.#endSilent();
    const transaction = this.#newTransaction();
    const id = String(transaction.number);
    this.#open.set(id, transaction);
    return id;
  }

  /** @throws ProtocolError 404 when it is not open. */
  find(id: string): Transaction {
    const transaction = this.#open.get(id);
    if (transaction === undefined) throw notFound('Transaction', id);
    transaction.heardMs = this.#clockMs;
    return transaction;
  }

  commit(id: string): void {
    const transaction = this.find(id);
    this.#open.delete(id);
    this.#commit(transaction);
  }

  rollback(id: string): void {
    const transaction = this.find(id);
    this.#open.delete(id);
    transaction.rollback();
  }

  /** Does something in an open transaction, or, without one, in one of its own. */
  within<Result>(id: string, work: (transaction: Transaction) => Result): Result {
    if (id !== NONE) return work(this.find(id));
    const transaction = this.#newTransaction();
    try {
      const result = work(transaction);
      this.#commit(transaction);
      return result;
    } catch (error) {
      transaction.rollback();
      throw error;
    }
  }

  /** For setting up: creates a schema and commits it. */
  createSchemaNow(name: string): void {
    this.within(NONE, (transaction) => this.catalogue.createSchema(transaction, [name]));
  }

  /** Their clients died. Nobody sees the difference before the next transaction. */
  #endSilent(): void {
    const since = this.#clockMs - this.#settings.transactionSilenceMs;
    for (const [id, transaction] of this.#open) if (transaction.heardMs < since) this.rollback(id);
  }

  #newTransaction(): Transaction {
    this.#transactions += 1;
    return new Transaction(this.#transactions, this.#version, this.#clockMs);
  }

  #commit(transaction: Transaction): void {
    this.#version += 1;
    transaction.commit(this.#version);
    this.catalogue.tidy(this.#oldestSnapshot());
  }

  #oldestSnapshot(): number {
    // Transactions are kept in the order in which they began, so the first one has the oldest snapshot.
    for (const transaction of this.#open.values()) return transaction.snapshot;
    return this.#version;
  }
}
