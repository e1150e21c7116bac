import { readFileSync } from 'node:fs';
import process from 'node:process';

// Prints `N passed, N failed`, and exits with 1 when anything failed: `summary.js PASSED FAILED RUN...`. The numbers are of
// steps without tests; for each run there is RUN.json, as Vitest reports, and RUN.status, the exit status of Vitest.
const [passedSteps, failedSteps, ...runs] = process.argv.slice(2);
let passed = Number(passedSteps);
let failed = Number(failedSteps);

for (const run of runs) {
  let report = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  let status = 1;
  try {
    report = JSON.parse(readFileSync(`${run}.json`, 'utf8'));
    status = Number(readFileSync(`${run}.status`, 'utf8'));
  } catch (error) {
    process.stderr.write(`${run} did not come to its end: ${error}\n`);
  }
  // Files that could not even be collected.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failures = report.numFailedTests + broken.length;
  passed += report.numPassedTests;
  // An error outside of the tests fails a run too.
  failed += status === 0 ? failures : Math.max(1, failures);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
