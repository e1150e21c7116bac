import { parseArgs } from 'node:util';
import { adoption } from './benchmarks/adoption.ts';
import { analytics } from './benchmarks/analytics.ts';
import { arrowRows } from './benchmarks/arrow-rows.ts';
import { authentication } from './benchmarks/authentication.ts';
import { clusterReplicas } from './benchmarks/cluster-replicas.ts';
import { clusterRequests } from './benchmarks/cluster-requests.ts';
import { deleteFlow } from './benchmarks/delete-flow.ts';
import { exr } from './benchmarks/exr.ts';
import { generate } from './benchmarks/generate.ts';
import { getFlow } from './benchmarks/get-flow.ts';
import { getSegments } from './benchmarks/get-segments.ts';
import { memory } from './benchmarks/memory.ts';
import { overload } from './benchmarks/overload.ts';
import { page } from './benchmarks/page.ts';
import { playlists } from './benchmarks/playlists.ts';
import { postSegment } from './benchmarks/post-segment.ts';
import { postSegmentsBulk } from './benchmarks/post-segments-bulk.ts';
import { postgresReplicas } from './benchmarks/postgres-replicas.ts';
import { postgresWindows } from './benchmarks/postgres-windows.ts';
import { postgresWrites } from './benchmarks/postgres-writes.ts';
import { search } from './benchmarks/search.ts';
import { searchCluster } from './benchmarks/search-cluster.ts';
import { searchPostgres } from './benchmarks/search-postgres.ts';
import { signedUrls } from './benchmarks/signed-urls.ts';
import { sortedPages } from './benchmarks/sorted-pages.ts';
import { start } from './benchmarks/start.ts';
import { vectorScan } from './benchmarks/vector-scan.ts';
import { versions } from './benchmarks/versions.ts';
import { webhooks } from './benchmarks/webhooks.ts';
import { workers } from './benchmarks/workers.ts';
import { windowQuery } from './benchmarks/window-query.ts';
import type { Benchmark, BenchmarkRow, Scale } from './support/benchmark.ts';
import { Datasets } from './support/datasets.ts';
import { LoadGenerator } from './support/load-generator.ts';
import { describeMachine } from './support/machine.ts';
import { startObjectStoreStub } from './support/object-store-stub.ts';
import { printTable, writeReport } from './support/report.ts';
import { makeRunDirectory } from './support/run-directory.ts';

/*
 * `npm run bench` measures all, `npm run bench -- NAME...` some. `--quick` makes everything small, to see that it works.
 * `--write` puts the table into docs/benchmarks.md, or the rows of those that were named. The exit code is 1 if a benchmark failed, whatever was reached.
 */

/** In the order of the report; what changes the large dataset comes after what only reads it. */
const BENCHMARKS: readonly Benchmark[] = [
  getFlow,
  authentication,
  getSegments,
  versions,
  signedUrls,
  playlists,
  windowQuery,
  sortedPages,
  analytics,
  postSegment,
  postSegmentsBulk,
  deleteFlow,
  webhooks,
  workers,
  overload,
  page,
  arrowRows,
  clusterRequests,
  clusterReplicas,
  postgresWindows,
  postgresWrites,
  postgresReplicas,
  start,
  memory,
  exr,
  adoption,
  search,
  searchPostgres,
  searchCluster,
  vectorScan,
  generate,
];

const FULL: Scale = { quick: false, rounds: 5, roundMs: 4_000 };
const QUICK: Scale = { quick: true, rounds: 2, roundMs: 300 };

interface Options {
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly write: boolean;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    throw new Error(`no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}`);
  }
  if (values.write && values.quick) throw new Error('--write is for full runs: leave --quick out');
  return { names: positionals, quick: values.quick, write: values.write };
}

const log = (message: string): void => void process.stderr.write(`  ${message}\n`);

async function runAll({ names, quick }: Options): Promise<{ rows: BenchmarkRow[]; failed: boolean }> {
  const scale = quick ? QUICK : FULL;
  const directory = makeRunDirectory('tams-bench-');
  const stub = await startObjectStoreStub(directory);
  const generator = new LoadGenerator();
  const context = {
    scale,
    datasets: new Datasets(directory, log),
    generator,
    backendsFile: stub.backendsFile,
    log,
  };
  const rows: BenchmarkRow[] = [];
  let failed = false;
  try {
    for (const benchmark of BENCHMARKS) {
      if (names.length > 0 && !names.includes(benchmark.name)) continue;
      process.stderr.write(`${benchmark.name}\n`);
      if (benchmark.missing !== undefined) {
        log(`left out: ${benchmark.missing}`);
        continue;
      }
      try {
        const measured = await benchmark.run(context);
        for (const { what, reached, medians } of measured) log(`${what}: ${reached} (${medians})`);
        rows.push(...measured);
      } catch (error) {
        failed = true;
        process.stderr.write(`  FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      }
    }
  } finally {
    generator.close();
    await stub.close();
  }
  return { rows, failed };
}

try {
  const options = readOptions();
  const machine = await describeMachine();
  const { rows, failed } = await runAll(options);
  process.stdout.write(
    `\n${machine}${options.quick ? ' (quick: sizes and figures mean nothing)' : ''}\n\n${printTable(rows)}\n`,
  );
  if (options.write && !failed) await writeReport(machine, rows, options.names.length === 0);
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
