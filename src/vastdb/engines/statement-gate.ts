/** Orders the statements of one transaction: reads run side by side, a write runs alone. First come, first served. */
export class StatementGate {
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #reads = new Set<Promise<unknown>>();

  read<T>(statement: () => Promise<T>): Promise<T> {
    const result = this.#lastWrite.then(statement);
    const ended = settled(result);
    this.#reads.add(ended);
    void ended.then(() => this.#reads.delete(ended));
    return result;
  }

  write<T>(statement: () => Promise<T>): Promise<T> {
    const result = this.idle().then(statement);
    this.#lastWrite = settled(result);
    return result;
  }

  /** Resolves when every statement so far has ended, well or not. */
  async idle(): Promise<void> {
    await Promise.all([this.#lastWrite, ...this.#reads]);
  }
}

const settled = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    () => undefined,
  );
