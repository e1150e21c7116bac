import { LatencyHistogram } from './latency-histogram.ts';

/** Violations that are printed in full; the rest are counted. */
const SHOWN_PER_INVARIANT = 5;

interface Invariant {
  checks: number;
  violations: number;
  readonly examples: string[];
}

/** What a stress run did, how long it took, and what did not hold. */
export class StressReport {
  readonly #operations = new Map<string, LatencyHistogram>();
  readonly #errors = new Map<string, number>();
  readonly #invariants = new Map<string, Invariant>();
  readonly #facts: string[] = [];
  readonly #startedAt = performance.now();

  /** Runs and times an operation. One that throws counts as an error and throws. */
  async time<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } catch (error) {
      this.#errors.set(operation, (this.#errors.get(operation) ?? 0) + 1);
      throw error;
    } finally {
      this.record(operation, performance.now() - started);
    }
  }

  record(operation: string, ms: number): void {
    let histogram = this.#operations.get(operation);
    if (histogram === undefined) {
      histogram = new LatencyHistogram();
      this.#operations.set(operation, histogram);
    }
    histogram.add(ms);
  }

  /** States that an invariant was looked at, and whether it held. */
  check(invariant: string, holds: boolean, detail: () => string): void {
    const known = this.#invariants.get(invariant) ?? { checks: 0, violations: 0, examples: [] };
    this.#invariants.set(invariant, known);
    known.checks += 1;
    if (holds) return;
    known.violations += 1;
    if (known.examples.length < SHOWN_PER_INVARIANT) known.examples.push(detail());
  }

  /** Something worth a line in the report. */
  fact(text: string): void {
    this.#facts.push(text);
  }

  get violated(): boolean {
    return [...this.#invariants.values()].some(({ violations }) => violations > 0);
  }

  print(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const total = [...this.#operations.values()].reduce((sum, { count }) => sum + count, 0);
    return [
      `${total.toLocaleString('en')} operations in ${seconds.toFixed(1)} s (${Math.round(total / seconds)} per second)`,
      '',
      '| operation | count | p50 ms | p95 ms | p99 ms | max ms | errors |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
      ...[...this.#operations].map(([name, each]) => {
        const latencies = [each.quantile(0.5), each.quantile(0.95), each.quantile(0.99), each.maxMs];
        const cells = latencies.map((ms) => ms.toFixed(2)).join(' | ');
        return `| ${name} | ${each.count} | ${cells} | ${this.#errors.get(name) ?? 0} |`;
      }),
      '',
      '| invariant | checks | violations |',
      '| --- | ---: | ---: |',
      ...[...this.#invariants].map(([name, { checks, violations }]) => `| ${name} | ${checks} | ${violations} |`),
      '',
      ...this.#facts,
      ...[...this.#invariants].flatMap(([name, { examples }]) => examples.map((text) => `VIOLATED: ${name}: ${text}`)),
      '',
    ].join('\n');
  }
}
