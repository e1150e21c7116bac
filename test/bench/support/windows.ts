import { type BenchmarkContext, type BenchmarkRow, measure } from './benchmark.ts';
import { flowId, timerange } from './dataset.ts';
import type { LoadRequest } from './load-protocol.ts';
import type { ServerProcess } from './server-process.ts';
import { median } from './statistics.ts';

export const WINDOW = 100;
const PLACES = ['first', 'middle', 'last'] as const;
const REQUESTS = 1_000;
const TARGET = 1.5;

interface Store {
  readonly server: ServerProcess;
  readonly flows: number;
  readonly segmentsPerFlow: number;
}

/** Compares the latency of windows of a large store with that of a small one, at three places of their flows. */
export async function compareWindows(
  context: BenchmarkContext,
  stores: { readonly large: Store; readonly small: Store },
  tables: string,
): Promise<BenchmarkRow> {
  const { scale } = context;
  const p50 = async ({ server, ...size }: Store, place: (typeof PLACES)[number]): Promise<number> => {
    const load = {
      baseUrl: server.baseUrl,
      requests: windows(size, place),
      connections: 1,
      until: { requests: scale.quick ? REQUESTS / 10 : REQUESTS },
    };
    return (await measure(context, load, 200)).latencyMs.p50;
  };
  const latencies = { large: emptyPlaces(), small: emptyPlaces() };
  for (let round = 0; round <= scale.rounds; round++) {
    for (const place of PLACES) {
      for (const size of round % 2 === 0 ? (['large', 'small'] as const) : (['small', 'large'] as const)) {
        const latency = await p50(stores[size], place);
        if (round > 0) latencies[size][place].push(latency);
      }
    }
  }
  const large = PLACES.map((place) => median(latencies.large[place]));
  const small = PLACES.map((place) => median(latencies.small[place]));
  // Against the best of the small store: this covers windows that are not alike as well.
  const ratio = Math.max(...large) / Math.min(...small);
  return {
    what: `window of ${WINDOW} segments${tables}, p50: ${sizeOf(stores.large)} against ${sizeOf(stores.small)}, slowest against fastest place`,
    reached: ratio.toFixed(2),
    target: `<= ${TARGET.toFixed(1)}`,
    met: ratio <= TARGET,
    medians: `${milliseconds(large)} against ${milliseconds(small)} ms (first / middle / last window)`,
  };
}

const sizeOf = ({ flows, segmentsPerFlow }: Store): string =>
  `${(flows * segmentsPerFlow).toLocaleString('en')} segments in ${flows} flows`;

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
