import { type Benchmark, compare, measure, rateRow } from '../support/benchmark.ts';
import { startBaseline } from '../support/baseline-server.ts';
import { flowId, segmentInput } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const CLIENTS = 64;
const TARGET = 0.35;

/** 64 recorders that register segments one by one, each durable before its answer, against a bare validated route. */
export const postSegment: Benchmark = {
  name: 'post-segment',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const perRound = scale.quick ? 10 : 250;
    const spec = {
      flows: CLIENTS,
      segmentsPerFlow: 100,
      allocatedPerFlow: perRound * (scale.rounds + 1),
      storageId: STORAGE_ID,
    };
    return datasets.changed(spec, async (dataDir) => {
      const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
      const baseline = await startBaseline({});
      let next = spec.segmentsPerFlow;
      const rate = async (baseUrl: string, requests: readonly LoadRequest[]): Promise<number> => {
        const load = { baseUrl, requests, connections: CLIENTS, until: { requests: requests.length } };
        return (await measure(context, load, 201)).requestsPerSecond;
      };
      const posts = (first: number): LoadRequest[] =>
        Array.from({ length: perRound * CLIENTS }, (_, index) => {
          const flow = index % CLIENTS;
          const body = JSON.stringify(segmentInput(flow, first + Math.floor(index / CLIENTS)));
          return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
        });
      try {
        const comparison = await compare(
          scale.rounds,
          () => {
            const requests = posts(next);
            next += perRound;
            return rate(server.baseUrl, requests);
          },
          () => rate(baseline.baseUrl, posts(spec.segmentsPerFlow)),
        );
        const what = `single \`POST segments\`, ${CLIENTS} clients, durable, against a bare validated POST route`;
        return [rateRow(what, comparison, TARGET)];
      } finally {
        await Promise.all([server.close(), baseline.close()]);
      }
    });
  },
};
