/** Work that nobody waits for and whose failure changes nothing, such as ending a transaction that only read. */
export class BackgroundTasks {
  readonly #running = new Set<Promise<void>>();

  run(work: () => Promise<unknown>): void {
    const task = work().then(
      () => undefined,
      // The cluster ends by itself what it hears no more of.
      () => undefined,
    );
    this.#running.add(task);
    void task.then(() => this.#running.delete(task));
  }

  /** Resolves when all that was begun so far has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
