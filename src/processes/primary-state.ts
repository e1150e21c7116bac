import { AggregatorRegistry } from 'prom-client';
import { LRUCache } from 'lru-cache';
import { isCounted, type MetricsJson } from '../operation/metrics/metrics-registry.ts';
import type { WindowCount } from '../operation/siblings.ts';

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

/** The counters of processes that are not asked any more, or do not answer: their sum with those of the others must not fall. */
export class KeptCounters<Process> {
  readonly #latest = new Map<Process, MetricsJson>();
  #ended: MetricsJson[] = [];

  /** The metrics of a process, as they are now. */
  note(process: Process, metrics: MetricsJson): void {
    this.#latest.set(process, metrics.filter(isCounted));
  }

  /** The process has ended. Its counts after its last metrics are lost. */
  keep(process: Process): void {
    const metrics = this.#latest.get(process);
    if (metrics !== undefined) this.#ended.push(metrics);
    this.#latest.delete(process);
  }

  /** Those of all processes but the ones that have answered. */
  async metrics(answered: ReadonlySet<Process>): Promise<readonly MetricsJson[]> {
    const silent = [...this.#latest].filter(([process]) => !answered.has(process)).map(([, metrics]) => metrics);
    const ended = [...this.#ended];
    const sum: MetricsJson = await AggregatorRegistry.aggregate(ended).getMetricsAsJSON();
    // Others may have ended meanwhile.
    this.#ended = [sum, ...this.#ended.slice(ended.length)];
    return [sum, ...silent];
  }
}

const KEYS_MAX = 10_000;
const WINDOW_MS = 1_000;

/** Counts uses of keys in windows of a second, which begin with the first use. */
export class WindowCounter {
  readonly #windows = new LRUCache<string, { count: number; readonly endsAt: number }>({ max: KEYS_MAX });

  count(key: string): WindowCount {
    const now = performance.now();
    const known = this.#windows.get(key);
    if (known !== undefined && now < known.endsAt) {
      known.count++;
      return { count: known.count, leftMs: known.endsAt - now };
    }
    this.#windows.set(key, { count: 1, endsAt: now + WINDOW_MS });
    return { count: 1, leftMs: WINDOW_MS };
  }
}
