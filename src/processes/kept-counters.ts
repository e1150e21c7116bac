import { AggregatorRegistry } from 'prom-client';
import { isCounted, type MetricsJson } from '../operation/metrics/metrics-registry.ts';

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
    const ended = this.#ended;
    const sum: MetricsJson = await AggregatorRegistry.aggregate([...ended]).getMetricsAsJSON();
    // Others may have ended meanwhile.
    this.#ended = [sum, ...this.#ended.slice(ended.length)];
    return [sum, ...silent];
  }
}
