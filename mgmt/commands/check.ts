import { Command } from 'commander';
import { type CheckResult, checkServer } from '../checks.ts';
import { print, printTable } from '../../src/shared/print.ts';

/** `mgmt check`: whether the server can use what it is configured with. */
export function checkCommand(): Command {
  return new Command('check')
    .description(
      'connections, permissions and latencies of the tables and the media stores; keeps nothing that it writes',
    )
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nThe exit code is 1 when something fails.')
    .action(async ({ json }: { json?: boolean }) => {
      const results = await checkServer();
      if (json === true) for (const result of results) print(JSON.stringify(result));
      else printTable(['CHECK', 'RESULT', 'MS', 'DETAIL'], results.map(toLine));
      if (results.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

const toLine = ({ check, ok, ms, detail }: CheckResult): string[] => [
  check,
  ok ? 'ok' : 'FAILED',
  ms === null ? '-' : ms.toFixed(1),
  detail,
];
