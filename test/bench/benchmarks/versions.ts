import { type Benchmark, compare, measure, rateRow } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const FLOWS = 100;
const SEGMENTS = 300;
const FLOWS_READ = 20;
const CONNECTIONS = 32;
const TARGET = 0.95;

/** Reading by TAMS 8.2 against the same requests by TAMS 7.0, on one server with the same rows. */
export const versions: Benchmark = {
  name: 'versions',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const dataDir = await datasets.shared({
      flows: FLOWS,
      segmentsPerFlow: SEGMENTS,
      allocatedPerFlow: 0,
      storageId: STORAGE_ID,
    });
    const rate = (baseUrl: string, path: (flow: number) => string) => async (): Promise<number> => {
      const requests = Array.from({ length: FLOWS_READ }, (_, flow) => ({ method: 'GET' as const, path: path(flow) }));
      const load = { baseUrl, requests, connections: CONNECTIONS, until: { ms: scale.roundMs } };
      return (await measure(context, load, 200)).requestsPerSecond;
    };
    const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
    const both = async (below: string) => {
      const side = (version: string) => rate(server.baseUrl, (flow) => `/v${version}/flows/${flowId(flow)}${below}`);
      return compare(scale.rounds, side('8.2'), side('7.0'));
    };
    try {
      return [
        rateRow('`GET /flows/{id}` of TAMS 8.2 against that of 7.0', await both(''), TARGET),
        rateRow('`GET /flows/{id}/segments?limit=300`, likewise', await both(`/segments?limit=${SEGMENTS}`), TARGET),
      ];
    } finally {
      await server.close();
    }
  },
};
