import { flowId, sourceId } from './dataset.ts';
import type { BenchmarkRow, Scale } from './benchmark.ts';
import { perSecond } from './benchmark.ts';
import { LoadGenerator } from './load-generator.ts';
import type { LoadRequest } from './load-protocol.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { median } from './statistics.ts';

const REPLICAS = [1, 2, 4] as const;
/** That each request to the tables waits. */
export const LATENCY_MS = 10;
/** Of each replica: so few that it waits for the tables, and not for a core, which all processes here share. */
const CLIENTS = 2;
const FLOWS = 200;
const SEGMENTS = 100;

export interface ReplicaTargets {
  /** Such as `the cluster`. */
  readonly tables: string;
  /** Of the throughput of one, by the number of replicas. */
  readonly targets: ReadonlyMap<number, number>;
}

/** Reads and writes over many flows, by the clients of one, two and four replicas on the same empty tables. */
export async function compareReplicas(
  scale: Scale,
  env: Readonly<Record<string, string>>,
  reach: ReplicaTargets,
): Promise<BenchmarkRow[]> {
  const servers: ServerProcess[] = [];
  const generators: LoadGenerator[] = [];
  try {
    for (let replica = 0; replica < Math.max(...REPLICAS); replica += 1) {
      // The machine is shared by all of them: how long a request waits for a core is not what is measured.
      servers.push(await startServer({ ...env, OVERLOAD_DELAY_MS: '0', PAGE_CACHE_MIB: '0' }));
      generators.push(new LoadGenerator());
    }
    await fill(servers);
    const rates = new Map<number, number[]>(REPLICAS.map((count) => [count, []]));
    for (let round = 0; round <= scale.rounds; round += 1) {
      for (const count of round % 2 === 0 ? REPLICAS : REPLICAS.toReversed()) {
        const rate = await rateOf(servers.slice(0, count), generators, scale);
        if (round > 0) rates.get(count)?.push(rate);
      }
    }
    return rowsOf(rates, reach);
  } finally {
    for (const generator of generators) generator.close();
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** The ratios are medians of those of each round, in which slow changes of the machine cancel out. */
function rowsOf(rates: ReadonlyMap<number, readonly number[]>, { tables, targets }: ReplicaTargets): BenchmarkRow[] {
  const alone = rates.get(1) ?? [];
  return [...targets].map(([count, target]) => {
    const together = rates.get(count) ?? [];
    const ratio = median(together.map((rate, round) => rate / (alone[round] ?? NaN)));
    return {
      what: `${count} replicas against 1, ${LATENCY_MS} ms to ${tables}, ${CLIENTS} clients each, a quarter writes: throughput`,
      reached: `${ratio.toFixed(2)}x`,
      target: `>= ${target.toFixed(1)}x`,
      met: ratio >= target,
      medians: `${perSecond(median(together))} against ${perSecond(median(alone))} requests/s`,
    };
  });
}

/** Requests per second of all replicas together. */
async function rateOf(
  servers: readonly ServerProcess[],
  generators: readonly LoadGenerator[],
  { roundMs }: Scale,
): Promise<number> {
  const rates = await Promise.all(
    servers.map(async ({ baseUrl }, replica) => {
      // Each begins elsewhere, but all read and write the same flows.
      const requests = mixed((replica * FLOWS) / servers.length);
      const load = { baseUrl, requests, connections: CLIENTS, until: { ms: roundMs } };
      return (await generators[replica]?.run(load, 200, 204))?.requestsPerSecond ?? NaN;
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function mixed(firstFlow: number): LoadRequest[] {
  return Array.from({ length: FLOWS }, (_, index) => flowId((firstFlow + index) % FLOWS)).flatMap((id, index) => [
    { method: 'GET', path: `/flows/${id}` },
    { method: 'GET', path: `/flows/${id}/segments?limit=30&accept_get_urls=&timerange=[50:0_` },
    { method: 'GET', path: `/flows/${id}/segments?limit=30&accept_get_urls=` },
    { method: 'PUT', path: `/flows/${id}/tags/round`, body: JSON.stringify(`number ${index}`) },
  ]);
}

/** Makes the flows and their segments, by the API: the tables are empty. */
async function fill(servers: readonly ServerProcess[]): Promise<void> {
  const put = async (method: string, url: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${method} ${url} answered ${response.status}`);
  };
  await Promise.all(
    servers.map(async ({ baseUrl }, replica) => {
      for (let flow = replica; flow < FLOWS; flow += servers.length) {
        const url = `${baseUrl}/flows/${flowId(flow)}`;
        const format = 'urn:x-nmos:format:multi';
        await put('PUT', url, { id: flowId(flow), source_id: sourceId(flow), format, container: 'video/mp2t' });
        const segments = Array.from({ length: SEGMENTS }, (_, second) => ({
          object_id: `${flow} ${second}`,
          timerange: `[${second}:0_${second + 1}:0)`,
          get_urls: [{ url: `https://media.example/${flow}/${second}` }],
        }));
        await put('POST', `${url}/segments`, segments);
      }
    }),
  );
}
