/** Probes take up to 2 s, and load balancers wait for 3 s; a process that answers later is left out. */
const PATIENCE_MS = 2_500;

interface Gathering<Process> {
  readonly waitsFor: Set<Process>;
  readonly values: [Process, unknown][];
  readonly end: () => void;
}

/** Questions that several processes are asked, and their answers. */
export class Gatherings<Process> {
  readonly #running = new Map<number, Gathering<Process>>();
  #lastId = 0;

  /** Resolves with the answers when the last of them has come, or after 2.5 s. `ask` sends the question under a number. */
  gather(processes: readonly Process[], ask: (process: Process, id: number) => void): Promise<[Process, unknown][]> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<[Process, unknown][]>();
    const values: [Process, unknown][] = [];
    const timer = setTimeout(() => gathering.end(), PATIENCE_MS);
    const gathering = {
      waitsFor: new Set(processes),
      values,
      end: () => {
        clearTimeout(timer);
        this.#running.delete(id);
        resolve(values);
      },
    };
    this.#running.set(id, gathering);
    for (const process of processes) ask(process, id);
    if (processes.length === 0) gathering.end();
    return promise;
  }

  /** An answer of `undefined` is none. */
  answer(id: number, process: Process, value: unknown): void {
    const gathering = this.#running.get(id);
    if (gathering?.waitsFor.delete(process) !== true) return;
    if (value !== undefined) gathering.values.push([process, value]);
    if (gathering.waitsFor.size === 0) gathering.end();
  }

  /** The process has ended. */
  forget(process: Process): void {
    for (const id of this.#running.keys()) this.answer(id, process, undefined);
  }
}
