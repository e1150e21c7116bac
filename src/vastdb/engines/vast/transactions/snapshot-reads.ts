/** Transactions that are begun at a time; reads that come meanwhile share the next one. */
const BEGINS_AT_ONCE = 4;

interface SnapshotSource {
  /** @returns the id of a new transaction. */
  readonly begin: () => Promise<string>;
  /** The transaction is needed no more. Returns at once, and never throws. */
  readonly end: (transactionId: string) => void;
}

interface Group {
  readonly id: PromiseWithResolvers<string>;
  readers: number;
  isScheduled: boolean;
}

/**
 * Reads outside of transactions. VAST reads in transactions only, and each sees the state of its begin; so reads that
 * wait at the same time share one that is begun after all of them came. A read always sees everything that was
 * acknowledged before it, and many readers cost few transactions.
 */
export class SnapshotReads {
  readonly #source: SnapshotSource;
  /** Readers that wait for the next transaction. */
  #forming: Group | undefined;
  #beginning = 0;

  constructor(source: SnapshotSource) {
    this.#source = source;
  }

  /** Does `work` in a transaction that it shares with others. */
  async read<T>(work: (transactionId: string) => Promise<T>): Promise<T> {
    const { id, release } = await this.hold();
    try {
      return await work(id);
    } finally {
      release();
    }
  }

  /** Like `read`, until `release` is called, which has to be done once. */
  async hold(): Promise<{ readonly id: string; readonly release: () => void }> {
    const group = (this.#forming ??= { id: Promise.withResolvers(), readers: 0, isScheduled: false });
    group.readers += 1;
    this.#schedule();
    const id = await group.id.promise;
    const release = (): void => {
      group.readers -= 1;
      if (group.readers === 0) this.#source.end(id);
    };
    return { id, release };
  }

  /** After the poll phase of the event loop: all requests that were read together join. */
  #schedule(): void {
    const group = this.#forming;
    if (group === undefined || group.isScheduled || this.#beginning >= BEGINS_AT_ONCE) return;
    group.isScheduled = true;
    this.#beginning += 1;
    setImmediate(() => {
      this.#forming = undefined;
      void this.#begin(group);
    });
  }

  async #begin(group: Group): Promise<void> {
    try {
      group.id.resolve(await this.#source.begin());
    } catch (error) {
      group.id.reject(error);
    } finally {
      this.#beginning -= 1;
      this.#schedule();
    }
  }
}
