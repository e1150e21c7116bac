import { median } from '../../bench/support/statistics.ts';
import type { ServerProcess } from '../../bench/support/server-process.ts';
import type { StressReport } from './stress-report.ts';

const PERIOD_MS = 500;
const MB = 1e6;
/** More than any load of this run needs. */
const LIMIT_MB = 600;
/** What caches and the heap may still grow by after the first third of a run. */
const GROWTH_SHARE = 0.3;
const GROWTH_MB = 60;
/** Shorter runs end before the heap has found its size. */
const SHORTEST_FOR_GROWTH_MS = 30_000;

/** Watches the server's resident memory: it may rise to a level, and not go on rising. */
export class MemoryWatch {
  readonly #server: ServerProcess;
  readonly #samples: number[] = [];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(server: ServerProcess) {
    this.#server = server;
    // A server that has ended has no memory; those who call it will notice.
    this.#timer = setInterval(() => void this.#sample().catch(() => undefined), PERIOD_MS);
  }

  stop(report: StressReport): void {
    clearInterval(this.#timer);
    const samples = this.#samples;
    const third = Math.floor(samples.length / 3);
    const highest = Math.max(0, ...samples);
    const [middle, last] = [median(samples.slice(third, 2 * third)), median(samples.slice(-third))];
    const elapsedMs = performance.now() - this.#startedAt;
    const slope = ((last - middle) / (elapsedMs / 3)) * 60_000;
    report.fact(
      `resident memory: ${Math.round(highest)} MB at most, ${Math.round(middle)} MB in the second third, ` +
        `${Math.round(last)} MB in the last (${slope.toFixed(1)} MB per minute)`,
    );
    report.check('memory is bounded', highest <= LIMIT_MB, () => `${Math.round(highest)} MB are more than ${LIMIT_MB}`);
    if (elapsedMs < SHORTEST_FOR_GROWTH_MS) return;
    report.check(
      'memory does not go on growing',
      last <= middle * (1 + GROWTH_SHARE) + GROWTH_MB,
      () => `from ${Math.round(middle)} to ${Math.round(last)} MB between the second third of the run and the last`,
    );
  }

  async #sample(): Promise<void> {
    this.#samples.push((await this.#server.residentBytes()) / MB);
  }
}
