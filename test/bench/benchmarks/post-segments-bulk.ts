import { type Benchmark, type BenchmarkRow, measure, perSecond } from '../support/benchmark.ts';
import { flowId, segmentInput } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const BATCH = 1_000;
const FLOWS = 4;
const TARGET = 90_000;
const FRESH_REQUESTS = 5;
const FRESH_TARGET = 50_000;

/** Registering segments by the thousand, each request durable before its answer. */
export const postSegmentsBulk: Benchmark = {
  name: 'post-segments-bulk',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const batchesPerFlow = scale.quick ? 1 : 15;
    const freshPerFlow = Math.ceil(FRESH_REQUESTS / FLOWS);
    const spec = {
      flows: FLOWS,
      segmentsPerFlow: 100,
      allocatedPerFlow: BATCH * (freshPerFlow * scale.rounds + batchesPerFlow * (scale.rounds + 1)),
      storageId: STORAGE_ID,
    };
    return datasets.changed(spec, async (dataDir) => {
      const env = { DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile };
      let next = spec.segmentsPerFlow;
      const segmentsPerSecond = async ({ baseUrl }: ServerProcess, perFlow: number, count = perFlow * FLOWS) => {
        const requests = batches(next, perFlow).slice(0, count);
        next += perFlow * BATCH;
        const load = { baseUrl, requests, connections: FLOWS, until: { requests: count } };
        return (await measure(context, load, 201)).requestsPerSecond * BATCH;
      };
      const fresh: number[] = [];
      for (let round = 0; round < scale.rounds; round++) {
        const server = await startServer(env);
        fresh.push(await segmentsPerSecond(server, freshPerFlow, FRESH_REQUESTS));
        await server.close();
      }
      const server = await startServer(env);
      try {
        await segmentsPerSecond(server, batchesPerFlow);
        const steady: number[] = [];
        for (let round = 0; round < scale.rounds; round++) steady.push(await segmentsPerSecond(server, batchesPerFlow));
        return [
          bulkRow('bulk `POST segments` of 1,000, durable', median(steady), TARGET),
          bulkRow(`the first ${FRESH_REQUESTS} of them of a fresh server`, median(fresh), FRESH_TARGET),
        ];
      } finally {
        await server.close();
      }
    });
  },
};

const bulkRow = (what: string, rate: number, target: number): BenchmarkRow => ({
  what,
  reached: `${perSecond(rate)} segments/s`,
  target: `>= ${perSecond(target)} segments/s`,
  met: rate >= target,
  medians: `${(rate / BATCH).toFixed(1)} requests/s of ${FLOWS} clients`,
});

function batches(firstNumber: number, perFlow: number): LoadRequest[] {
  return Array.from({ length: perFlow * FLOWS }, (_, index) => {
    const flow = index % FLOWS;
    const first = firstNumber + Math.floor(index / FLOWS) * BATCH;
    const body = JSON.stringify(Array.from({ length: BATCH }, (_each, offset) => segmentInput(flow, first + offset)));
    return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
  });
}
