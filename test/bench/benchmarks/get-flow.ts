import { type Benchmark, compare, measure, rateRow } from '../support/benchmark.ts';
import { startBaseline } from '../support/baseline-server.ts';
import { flowId } from '../support/dataset.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const FLOWS = 100;
const CONNECTIONS = 32;
const TARGET = 0.7;

/** Reading flows, one after the other, against a bare route with the same parameter and the same bytes. */
export const getFlow: Benchmark = {
  name: 'get-flow',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const dataDir = await datasets.shared({
      flows: FLOWS,
      segmentsPerFlow: 300,
      allocatedPerFlow: 0,
      storageId: STORAGE_ID,
    });
    const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
    const flow = await (await fetch(`${server.baseUrl}/flows/${flowId(0)}`)).text();
    const baseline = await startBaseline({ flow });
    const requests = Array.from({ length: FLOWS }, (_, number) => ({
      method: 'GET' as const,
      path: `/flows/${flowId(number)}`,
    }));
    const rate = (baseUrl: string) => async (): Promise<number> => {
      const load = { baseUrl, requests, connections: CONNECTIONS, until: { ms: scale.roundMs } };
      return (await measure(context, load, 200)).requestsPerSecond;
    };
    try {
      const comparison = await compare(scale.rounds, rate(server.baseUrl), rate(baseline.baseUrl));
      return [rateRow('`GET /flows/{id}` against a bare Fastify route', comparison, TARGET)];
    } finally {
      await Promise.all([server.close(), baseline.close()]);
    }
  },
};
