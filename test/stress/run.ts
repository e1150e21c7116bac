import { parseArgs } from 'node:util';
import { makeRunDirectory } from '../bench/support/run-directory.ts';
import { stressAttacks } from './attacks.ts';
import { stressHttpApi } from './http-api.ts';
import { Random } from './support/random.ts';
import { StressReport } from './support/stress-report.ts';
import { stressTableLayer } from './table-layer.ts';
import { stressUrlCache } from './url-cache.ts';

/*
 * `npm run stress -- --seconds 60 --seed 7`: loads the table layer, the cache of URLs and the HTTP API, attacks a server in all
 * known ways, and checks what must always hold. The exit code is 1 if anything did not.
 */
const TABLES_SHARE = 0.2;
const CACHE_SHARE = 0.05;
const ATTACKS_SHARE = 0.25;
const HTTP_SHARE = 1 - TABLES_SHARE - CACHE_SHARE - ATTACKS_SHARE;

function readOptions(): { seconds: number; seed: number } {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
  const seconds = Number(values.seconds ?? 60);
  const seed = Number(values.seed ?? Date.now() % 2 ** 32);
  if (!(seconds > 0)) throw new Error('--seconds takes a number above 0');
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed takes a whole number from 0 on');
  return { seconds, seed };
}

async function run(seconds: number, seed: number): Promise<StressReport> {
  const random = new Random(seed);
  const report = new StressReport();
  const directory = makeRunDirectory('tams-stress-');
  try {
    process.stderr.write('table layer\n');
    await stressTableLayer(directory, random.fork(), seconds * TABLES_SHARE, report);
    process.stderr.write('cache of URLs\n');
    stressUrlCache(random.fork(), seconds * CACHE_SHARE, report);
    process.stderr.write('HTTP API\n');
    await stressHttpApi(directory, random.fork(), seconds * HTTP_SHARE, report);
    process.stderr.write('attacks\n');
    await stressAttacks(directory, random.fork(), seconds * ATTACKS_SHARE, report);
    report.check('the run comes to its end', true, () => '');
  } catch (error) {
    // What was found until then is worth printing.
    report.check('the run comes to its end', false, () => String(error instanceof Error ? error.stack : error));
  }
  return report;
}

try {
  const { seconds, seed } = readOptions();
  process.stdout.write(`${seconds} seconds, --seed ${seed}\n`);
  const report = await run(seconds, seed);
  process.stdout.write(
    `\n${report.print()}\n${report.violated ? 'FAILED' : 'All invariants held.'} (--seed ${seed})\n`,
  );
  process.exitCode = report.violated ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
