import type { Reporter, TestCase, TestModule } from 'vitest/node';

const SHOWN = 20;

/** Prints the slowest tests at the end of a run: whoever adds one that sleeps sees it there. */
export default class SlowestTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const slowest = tests.sort((a, b) => msOf(b) - msOf(a)).slice(0, SHOWN);
    // One test that is run alone needs no table.
    if (slowest.length < SHOWN) return;
    console.info(`\nThe slowest ${SHOWN} of ${tests.length} tests:`);
    for (const test of slowest) {
      const seconds = (msOf(test) / 1000).toFixed(1).padStart(6);
      console.info(`${seconds} s  ${test.project.name}  ${test.module.relativeModuleId}  ${test.fullName}`);
    }
  }
}

const msOf = (test: TestCase): number => test.diagnostic()?.duration ?? 0;
