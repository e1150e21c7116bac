import { type Benchmark, measure } from '../support/benchmark.ts';
import { flowId, timerange } from '../support/dataset.ts';
import { largeDataset } from '../support/large-dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const WINDOW = 100;
const PLACES = ['first', 'middle', 'last'] as const;
const REQUESTS = 1_000;
const TARGET = 1.5;

/**
 * The latency of a window of 100 segments at the beginning, in the middle and at the end of a flow: in a store of
 * 5,000,000 segments against one of 5,000. No URLs are asked for and
 * no pages are kept: this is about the tables.
 */
export const windowQuery: Benchmark = {
  name: 'window-query',
  async run(context) {
    const { scale, datasets, backendsFile } = context;
    const specs = {
      large: largeDataset(scale),
      small: { flows: 5, segmentsPerFlow: 1_000, allocatedPerFlow: 0, storageId: STORAGE_ID },
    };
    const start = async (spec: typeof specs.large) =>
      startServer({ DATA_DIR: await datasets.shared(spec), STORAGE_BACKENDS_FILE: backendsFile, PAGE_CACHE_MIB: '0' });
    const servers = { large: await start(specs.large), small: await start(specs.small) };
    const p50 = async (size: 'large' | 'small', place: (typeof PLACES)[number]): Promise<number> => {
      const load = {
        baseUrl: servers[size].baseUrl,
        requests: windows(specs[size], place),
        connections: 1,
        until: { requests: scale.quick ? REQUESTS / 10 : REQUESTS },
      };
      return (await measure(context, load, 200)).latencyMs.p50;
    };
    try {
      const latencies = { large: emptyPlaces(), small: emptyPlaces() };
      for (let round = 0; round <= scale.rounds; round++) {
        for (const place of PLACES) {
          for (const size of round % 2 === 0 ? (['large', 'small'] as const) : (['small', 'large'] as const)) {
            const latency = await p50(size, place);
            if (round > 0) latencies[size][place].push(latency);
          }
        }
      }
      const large = PLACES.map((place) => median(latencies.large[place]));
      const small = PLACES.map((place) => median(latencies.small[place]));
      // Against the best of the small store: this covers windows that are not alike as well.
      const ratio = Math.max(...large) / Math.min(...small);
      const { flows, segmentsPerFlow } = specs.large;
      const size = (flows * segmentsPerFlow).toLocaleString('en');
      return [
        {
          what: `window of ${WINDOW} segments, p50: ${size} segments in ${flows} flows against 5,000 in 5, slowest against fastest place`,
          reached: ratio.toFixed(2),
          target: `<= ${TARGET.toFixed(1)}`,
          met: ratio <= TARGET,
          medians: `${milliseconds(large)} against ${milliseconds(small)} ms (first / middle / last window)`,
        },
      ];
    } finally {
      await Promise.all([servers.large.close(), servers.small.close()]);
    }
  },
};

const emptyPlaces = () => ({ first: [] as number[], middle: [] as number[], last: [] as number[] });

const milliseconds = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(' / ');

/** The window of each flow in turn. */
function windows(spec: { flows: number; segmentsPerFlow: number }, place: (typeof PLACES)[number]): LoadRequest[] {
  const last = spec.segmentsPerFlow - WINDOW;
  const first = place === 'first' ? 0 : place === 'middle' ? last >> 1 : last;
  const query = `timerange=${timerange(first, WINDOW)}&limit=${WINDOW}&accept_get_urls=`;
  return Array.from({ length: spec.flows }, (_, flow) => ({
    method: 'GET',
    path: `/flows/${flowId(flow)}/segments?${query}`,
  }));
}
