import { type Benchmark, measure } from '../support/benchmark.ts';
import { type DatasetSpec, flowId, objectId, segmentInput, timerange } from '../support/dataset.ts';
import { largeDataset } from '../support/large-dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { startServer } from '../support/server-process.ts';

const CONNECTIONS = 32;
const TARGET_MB = 300;
const MB = 1e6;
/** Requests between two looks at the memory. */
const ROUND = 50_000;
const WINDOW = 30;

/** Resident memory of the server after a million requests of many kinds on a large store. */
export const memory: Benchmark = {
  name: 'memory',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const spec = largeDataset(scale);
    const total = scale.quick ? 10_000 : 1_000_000;
    const perRound = Math.min(ROUND, total);
    return datasets.changed(spec, async (dataDir) => {
      const server = await startServer({ DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
      try {
        const before = await server.residentBytes();
        let highest = before;
        let writes = 0;
        const run = async (requests: readonly LoadRequest[], status: number): Promise<void> => {
          const load = {
            baseUrl: server.baseUrl,
            requests,
            connections: CONNECTIONS,
            until: { requests: requests.length },
          };
          await measure(context, load, status);
          highest = Math.max(highest, await server.residentBytes());
        };
        for (let done = 0; done < total; done += perRound) {
          const posts = perRound / 20;
          await run(reads(spec, done, perRound - posts), 200);
          await run(writesOf(spec, writes, posts), 201);
          writes += posts;
        }
        const after = await server.residentBytes();
        return [
          {
            what:
              `resident memory with ${(spec.flows * spec.segmentsPerFlow).toLocaleString('en')} segments after ` +
              `${total.toLocaleString('en')} requests`,
            reached: `${Math.round(after / MB)} MB`,
            target: `< ${TARGET_MB} MB`,
            met: after < TARGET_MB * MB,
            medians: `${Math.round(before / MB)} MB at the start, ${Math.round(highest / MB)} MB at most`,
          },
        ];
      } finally {
        await server.close();
      }
    });
  },
};

/** Half of them flows, then windows with signed URLs, objects, and pages of the listing of flows. */
function reads(spec: DatasetSpec, from: number, count: number): LoadRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    // Steps that share no factor with the sizes visit everything before anything twice.
    const flow = (number * 7) % spec.flows;
    const segment = (number * 1_237) % (spec.segmentsPerFlow - WINDOW);
    return { method: 'GET', path: readPath(number % 20, flow, segment) };
  });
}

function readPath(kind: number, flow: number, segment: number): string {
  if (kind < 10) return `/flows/${flowId(flow)}`;
  if (kind < 17) return `/flows/${flowId(flow)}/segments?timerange=${timerange(segment, WINDOW)}`;
  if (kind < 19) return `/objects/${objectId(flow, segment)}`;
  return `/flows?limit=20&tag.site=site-${flow % 10}`;
}

function writesOf(spec: DatasetSpec, from: number, count: number): LoadRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const flow = (from + index) % spec.flows;
    const number = spec.segmentsPerFlow + Math.floor((from + index) / spec.flows);
    return {
      method: 'POST',
      path: `/flows/${flowId(flow)}/segments`,
      body: JSON.stringify(segmentInput(flow, number)),
    };
  });
}
