import { type Benchmark, type BenchmarkContext, compare, measure, rateRow } from '../support/benchmark.ts';
import { startBaseline } from '../support/baseline-server.ts';
import { flowId } from '../support/dataset.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';

const FLOWS = 100;
const SEGMENTS = 300;
/** All of their URLs fit into the default cache, as those of the flows that people work on do. */
const FLOWS_READ = 20;
const CONNECTIONS = 32;
const FRESH_TARGET = 0.3;
const KEPT_TARGET = 0.5;

/** Listing 300 segments with a signed URL each, against a bare route that answers with the same bytes. */
export const getSegments: Benchmark = {
  name: 'get-segments',
  async run(context) {
    const dataDir = await context.datasets.shared({
      flows: FLOWS,
      segmentsPerFlow: SEGMENTS,
      allocatedPerFlow: 0,
      storageId: STORAGE_ID,
    });
    const what = '`GET /flows/{id}/segments?limit=300`, one signed URL each, against a bare route with the same bytes';
    const env = { DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: context.backendsFile };
    const anew = { ...env, PAGE_CACHE_MIB: '0' };
    const fresh = await compareListings(context, { ...anew, PRESIGN_GRID_S: '1', URL_CACHE_MAX: '0' });
    const again = await compareListings(context, env);
    const other = await compareListings(context, anew);
    return [
      rateRow(`${what}: URLs signed afresh`, fresh, FRESH_TARGET),
      rateRow('the same, asked again within the signing window', again, KEPT_TARGET),
      rateRow('the same with kept URLs in pages that are made anew', other, undefined),
    ];
  },
};

async function compareListings(context: BenchmarkContext, env: Readonly<Record<string, string>>) {
  const { scale } = context;
  const path = (flow: number): string => `/flows/${flowId(flow)}/segments?limit=${SEGMENTS}`;
  const server = await startServer(env);
  const segments = await (await fetch(`${server.baseUrl}${path(0)}`)).text();
  const signed = segments.split('X-Amz-Signature=').length - 1;
  if (signed !== SEGMENTS) throw new Error(`the listing has ${signed} signed URLs instead of ${SEGMENTS}`);
  context.log(`a listing has ${Math.round(segments.length / 1000)} kB`);
  const baseline = await startBaseline({ segments });
  const requests = Array.from({ length: FLOWS_READ }, (_, flow) => ({ method: 'GET' as const, path: path(flow) }));
  const rate = (baseUrl: string) => async (): Promise<number> => {
    const load = { baseUrl, requests, connections: CONNECTIONS, until: { ms: scale.roundMs } };
    return (await measure(context, load, 200)).requestsPerSecond;
  };
  try {
    return await compare(scale.rounds, rate(server.baseUrl), rate(baseline.baseUrl));
  } finally {
    await Promise.all([server.close(), baseline.close()]);
  }
}
