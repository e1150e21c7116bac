import { type Benchmark, type BenchmarkRow, perSecond } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import type { LoadResult } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const FLOWS = 100;
/** As many clients without a rest keep the server busy all the time. */
const CLIENTS = 256;
const TIMES = 5;
const OVERLOAD_MS = 60_000;
const QUICK_MS = 3_000;
const TARGET = 3;
const MB = 1e6;

/** Five times the clients that keep the server busy: what becomes of the requests that it takes, and of the others. */
export const overload: Benchmark = {
  name: 'overload',
  async run(context) {
    const { scale, datasets, backendsFile, generator } = context;
    const dataDir = await datasets.shared({
      flows: FLOWS,
      segmentsPerFlow: 300,
      allocatedPerFlow: 0,
      storageId: STORAGE_ID,
    });
    const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
    const requests = Array.from({ length: FLOWS }, (_, number) => ({
      method: 'GET' as const,
      path: `/flows/${flowId(number)}`,
    }));
    const load = (connections: number, ms: number): Promise<LoadResult> =>
      generator.run({ baseUrl: server.baseUrl, requests, connections, until: { ms } }, 200, 503);
    try {
      await load(CLIENTS, scale.roundMs);
      const normal = await load(CLIENTS, scale.roundMs);
      const before = await server.residentBytes();
      // The half second in which overload is told from a burst is long over when the measured minute begins.
      await load(CLIENTS * TIMES, 1_500);
      const over = await load(CLIENTS * TIMES, scale.quick ? QUICK_MS : OVERLOAD_MS);
      const after = await server.residentBytes();
      return [latencyRow(normal, over), memoryRow(before, after)];
    } finally {
      await server.close();
    }
  },
};

function latencyRow(normal: LoadResult, over: LoadResult): BenchmarkRow {
  const usual = normal.latencyByStatus['200']?.p99 ?? NaN;
  const taken = over.latencyByStatus['200']?.p99 ?? NaN;
  const { 200: served = 0, 503: refused = 0 } = over.statuses;
  const rate = (result: LoadResult): string => perSecond((result.statuses['200'] ?? 0) / result.seconds);
  return {
    what: `p99 of the requests taken, with ${TIMES} times the clients that keep the server busy`,
    reached: `${(taken / usual).toFixed(1)}x`,
    target: `<= ${TARGET}x`,
    met: taken / usual <= TARGET,
    medians:
      `${taken.toFixed(1)} ms against ${usual.toFixed(1)} ms; ${rate(over)} against ${rate(normal)} requests/s; ` +
      `${((refused / (served + refused)) * 100).toFixed(0)} % refused`,
  };
}

function memoryRow(before: number, after: number): BenchmarkRow {
  return {
    what: 'resident memory after it',
    reached: `${Math.round(after / MB)} MB`,
    medians: `${Math.round(before / MB)} MB before`,
  };
}
