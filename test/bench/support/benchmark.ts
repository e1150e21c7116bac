import type { Datasets } from './datasets.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Load, LoadResult } from './load-protocol.ts';
import { median } from './statistics.ts';

/** One line of the report. */
export interface BenchmarkRow {
  readonly what: string;
  /** What was reached, as in the target: `0.71` or `52,000 segments/s`. */
  readonly reached: string;
  /** Both are left out of what is only good to know. */
  readonly target?: string;
  readonly met?: boolean;
  /** The medians that the figure comes from. */
  readonly medians: string;
}

export interface Benchmark {
  /** For the command line. */
  readonly name: string;
  /** Why it cannot run here. */
  readonly missing?: string | undefined;
  run(context: BenchmarkContext): Promise<BenchmarkRow[]>;
}

/** How much is measured. */
export interface Scale {
  /** Everything small: to see that it works, not how fast it is. */
  readonly quick: boolean;
  /** Rounds whose median counts; one more comes before them, for the compilers. */
  readonly rounds: number;
  /** How long one side of a round is loaded. */
  readonly roundMs: number;
}

export interface BenchmarkContext {
  readonly scale: Scale;
  readonly datasets: Datasets;
  readonly generator: LoadGenerator;
  /** For the STORAGE_BACKENDS_FILE of servers. */
  readonly backendsFile: string;
  log(message: string): void;
}

/** A generator that takes more than this of its core may be what is measured. */
const BUSY_LIMIT = 0.95;

/** Runs a load, and says so where the generator was the bottleneck. */
export async function measure(context: BenchmarkContext, load: Load, expectedStatus: number): Promise<LoadResult> {
  const result = await context.generator.run(load, expectedStatus);
  if (result.generatorBusy > BUSY_LIMIT) {
    context.log(
      `the load generator was busy (${Math.round(result.generatorBusy * 100)}%) at ` +
        `${perSecond(result.requestsPerSecond)} requests/s: the server may be faster than this`,
    );
  }
  return result;
}

export interface Comparison {
  /** Medians over the rounds. */
  readonly ours: number;
  readonly baseline: number;
  /** The median of the rounds' own ratios of ours to the baseline, in which slow changes of the machine cancel out. */
  readonly ratio: number;
}

/** Measures both sides in turns, and in the other order each second time; the first round does not count. */
export async function compare(
  rounds: number,
  ours: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<Comparison> {
  const pairs: { ours: number; baseline: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    let pair: { ours: number; baseline: number };
    if (round % 2 === 0) {
      const first = await ours();
      pair = { ours: first, baseline: await baseline() };
    } else {
      const first = await baseline();
      pair = { ours: await ours(), baseline: first };
    }
    if (round > 0) pairs.push(pair);
  }
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    ratio: median(pairs.map((pair) => pair.ours / pair.baseline)),
  };
}

/** The row of a ratio of two rates per second, which must be at least `target`. */
export function rateRow(
  what: string,
  { ours, baseline, ratio }: Comparison,
  target: number | undefined,
  unit = 'requests/s',
): BenchmarkRow {
  const medians = `${perSecond(ours)} against ${perSecond(baseline)} ${unit}`;
  const print = (value: number): string => (ratio >= 10 ? `${value.toFixed(0)}x` : value.toFixed(2));
  const row = { what, reached: print(ratio), medians };
  return target === undefined ? row : { ...row, target: `>= ${print(target)}`, met: ratio >= target };
}

export const perSecond = (rate: number): string => Math.round(rate).toLocaleString('en');
