import { type Benchmark, measure, perSecond } from '../support/benchmark.ts';
import { flowId, segmentInput } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const BATCH = 1_000;
const FLOWS = 4;
const TARGET = 40_000;

/** Registering segments by the thousand, each request durable before its answer. */
export const postSegmentsBulk: Benchmark = {
  name: 'post-segments-bulk',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const batchesPerFlow = scale.quick ? 1 : 15;
    const spec = {
      flows: FLOWS,
      segmentsPerFlow: 100,
      allocatedPerFlow: batchesPerFlow * BATCH * (scale.rounds + 1),
      storageId: STORAGE_ID,
    };
    return datasets.changed(spec, async (dataDir) => {
      const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
      try {
        const rates: number[] = [];
        for (let round = 0; round <= scale.rounds; round++) {
          const requests = batches(spec.segmentsPerFlow + round * batchesPerFlow * BATCH, batchesPerFlow);
          const load = {
            baseUrl: server.baseUrl,
            requests,
            connections: FLOWS,
            until: { requests: requests.length },
          };
          const { requestsPerSecond } = await measure(context, load, 201);
          if (round > 0) rates.push(requestsPerSecond * BATCH);
        }
        const rate = median(rates);
        return [
          {
            what: 'bulk `POST segments` of 1,000, durable',
            reached: `${perSecond(rate)} segments/s`,
            target: `>= ${perSecond(TARGET)} segments/s`,
            met: rate >= TARGET,
            medians: `${(rate / BATCH).toFixed(1)} requests/s of ${FLOWS} clients`,
          },
        ];
      } finally {
        await server.close();
      }
    });
  },
};

function batches(firstNumber: number, perFlow: number): LoadRequest[] {
  return Array.from({ length: perFlow * FLOWS }, (_, index) => {
    const flow = index % FLOWS;
    const first = firstNumber + Math.floor(index / FLOWS) * BATCH;
    const body = JSON.stringify(Array.from({ length: BATCH }, (_each, offset) => segmentInput(flow, first + offset)));
    return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
  });
}
