import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { formatTimestamp } from '../../../src/shared/time/timestamp.ts';
import { openVastEngine } from '../../../src/vastdb/engines/vast/vast-engine.ts';
import type { LoggedRequest } from '../../support/vast-emulator/request-log.ts';
import { startVastEmulator, type VastEmulator } from '../../support/vast-emulator/index.ts';
import type { Benchmark, BenchmarkContext, BenchmarkRow } from '../support/benchmark.ts';
import { CLUSTER_SCHEMA, clusterEnv } from '../support/cluster-env.ts';
import { flowId } from '../support/dataset.ts';
import { buildTimelines, SEGMENT_NS, type Timeline } from '../support/long-timeline.ts';
import { startServer } from '../support/server-process.ts';

const SEGMENTS = 1_000_000;
const QUICK_SEGMENTS = 20_000;
const LIMIT = 100;
/** Pages that are read of each window, one after the other. */
const PAGES = 3;
/** The least of so many counts is that of the request: its reads may share a transaction with those of a worker. */
const TIMES = 3;
/** Transactions that the workers of the server begin now and then use none of these. */
const OWN_TABLES = /\/(?:flows|segments|objects)\?/;
/**
 * However long the flow is: 3 for its version, and a begin, 12 reads (test/integration/replicas/timeline-cost.test.ts) and a
 * rollback for the page.
 */
const REQUESTS_TARGET = 17;
const ROWS_TARGET = 10;
const BULK = 1_000;

const ISLAND = 1_000;
const ISLANDS_APART_NS = 864_000n * 1_000_000_000n;

/** What was asked of the cluster for one request to the server. */
interface Cost {
  readonly requests: number;
  readonly rowsFetched: number;
  /** Bodies of the requests and of the answers. */
  readonly sent: number;
  readonly received: number;
}

const toldBytes = ({ sent, received }: Cost): string =>
  `${(sent / 1000).toFixed(1)} kB sent, ${(received / 1000).toFixed(1)} kB received`;

/** What requests to the server cost in requests to the cluster: a count, which no other load on the machine changes. */
export const clusterRequests: Benchmark = {
  name: 'cluster-requests',
  async run(context) {
    const emulator = await startVastEmulator({ schema: CLUSTER_SCHEMA });
    try {
      const segments = context.scale.quick ? QUICK_SEGMENTS : SEGMENTS;
      const timelines = [
        { flow: 0, segments, startNs: (number: number) => BigInt(number) * SEGMENT_NS },
        {
          flow: 1,
          segments,
          startNs: (number: number) =>
            BigInt(number) * SEGMENT_NS + BigInt(Math.floor(number / ISLAND)) * ISLANDS_APART_NS,
        },
      ];
      await load(context, emulator, timelines);
      const server = await startServer({ ...clusterEnv(emulator), PAGE_CACHE_MIB: '0' });
      try {
        const api = new CountedApi(server.baseUrl, emulator);
        return [...(await readWindows(api, timelines)), await postSegments(api)];
      } finally {
        await server.close();
      }
    } finally {
      await emulator.close();
    }
  },
};

async function load(context: BenchmarkContext, emulator: VastEmulator, timelines: readonly Timeline[]): Promise<void> {
  const { endpoints, accessKey, secretKey, bucket } = emulator;
  const logger = pino({ level: 'silent' });
  const engine = await openVastEngine({ endpoints, accessKey, secretKey, bucket, schema: CLUSTER_SCHEMA, logger });
  const started = performance.now();
  await buildTimelines(engine, timelines);
  const rows = timelines.reduce((sum, { segments }) => sum + segments, 0).toLocaleString('en');
  context.log(`put ${rows} segments on the emulator: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Windows without an end, which a page of 100 fills: first pages and later ones, in both directions. */
async function readWindows(api: CountedApi, timelines: readonly Timeline[]): Promise<BenchmarkRow[]> {
  const costs: { cost: Cost; returned: number }[] = [];
  for (const { flow, segments, startNs } of timelines) {
    for (const first of [0, 0.25, 0.5, 0.9].map((part) => Math.floor(segments * part))) {
      for (const reverse of [false, true]) {
        // Reversed, the same place is the end of the window.
        const place = formatTimestamp(startNs(reverse ? first + PAGES * LIMIT : first) + 1n);
        const timerange = reverse ? `_${place})` : `[${place}_`;
        const query = `limit=${LIMIT}&accept_get_urls=&reverse_order=${reverse}&timerange=${timerange}`;
        let path: string | undefined = `/flows/${flowId(flow)}/segments?${query}`;
        for (let page = 0; page < PAGES && path !== undefined; page += 1) {
          const { cost, returned, next } = await api.getPage(path);
          costs.push({ cost, returned });
          path = next;
        }
      }
    }
  }
  if (costs.some(({ returned }) => returned !== LIMIT)) throw new Error('a page was not full');
  const requests = costs.map(({ cost }) => cost.requests).sort((a, b) => a - b);
  const shares = costs.map(({ cost, returned }) => cost.rowsFetched / returned).sort((a, b) => a - b);
  const size = (timelines[0]?.segments ?? 0).toLocaleString('en');
  const byBytes = costs.map(({ cost }) => cost).sort((a, b) => a.received - b.received);
  const [usualBytes, mostBytes] = [byBytes[byBytes.length >> 1], byBytes.at(-1)];
  const [mostRequests, mostRows] = [requests.at(-1) ?? NaN, shares.at(-1) ?? NaN];
  return [
    {
      what: `requests to a cluster for \`GET segments?limit=${LIMIT}\` in a flow of ${size} segments, with gaps and without: the most of any window`,
      reached: `${mostRequests}`,
      target: `<= ${REQUESTS_TARGET}`,
      met: mostRequests <= REQUESTS_TARGET,
      medians: `${requests[requests.length >> 1] ?? NaN}; ${costs.length} pages, begin and rollback counted`,
    },
    {
      what: 'rows that the cluster sends for it, to rows returned: the most of any window',
      reached: `${mostRows.toFixed(1)}x`,
      target: `<= ${ROWS_TARGET}x`,
      met: mostRows <= ROWS_TARGET,
      medians: `${(shares[shares.length >> 1] ?? NaN).toFixed(1)}x`,
    },
    {
      what: 'bodies of these requests and answers: the most of any window',
      reached: mostBytes === undefined ? '' : toldBytes(mostBytes),
      medians: usualBytes === undefined ? '' : toldBytes(usualBytes),
    },
  ];
}

async function postSegments(api: CountedApi): Promise<BenchmarkRow> {
  const [single, bulk] = [await api.postAtEnd(1), await api.postAtEnd(BULK)];
  return {
    what: `requests to a cluster for a \`POST segments\` of ${BULK.toLocaleString('en')}, against one of 1`,
    reached: `${bulk.requests - single.requests} more`,
    target: '0 more',
    met: bulk.requests <= single.requests,
    medians: `${bulk.requests} against ${single.requests}; ${toldBytes(bulk)}, against ${toldBytes(single)}`,
  };
}

function costOf(entries: readonly LoggedRequest[]): Cost {
  const own = [...Map.groupBy(entries, ({ transactionId }) => transactionId).values()].filter((transaction) =>
    transaction.some(({ url }) => OWN_TABLES.test(url)),
  );
  const requests = own.flat();
  const sum = (count: (request: LoggedRequest) => number): number =>
    requests.reduce((before, request) => before + count(request), 0);
  return {
    // Begins belong to no transaction yet.
    requests: requests.length + own.length,
    rowsFetched: sum(({ rowsSent }) => rowsSent),
    sent: sum(({ bytesReceived }) => bytesReceived),
    received: sum(({ bytesSent }) => bytesSent),
  };
}

/** A client of the server that sees what is asked of the cluster meanwhile. */
class CountedApi {
  readonly #baseUrl: string;
  readonly #emulator: VastEmulator;
  /** Behind all segments there are, in seconds. */
  #endS = 8_000_000_000;

  constructor(baseUrl: string, emulator: VastEmulator) {
    this.#baseUrl = baseUrl;
    this.#emulator = emulator;
  }

  async getPage(path: string): Promise<{ cost: Cost; returned: number; next: string | undefined }> {
    const { cost, result } = await this.#leastOf(async () => {
      const response = await fetch(new URL(path, this.#baseUrl));
      if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
      const next = /<([^>]+)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      return { returned: ((await response.json()) as unknown[]).length, next };
    });
    return { cost, ...result };
  }

  /** Adds so many segments to a flow, each of an object that lies elsewhere. */
  async postAtEnd(count: number): Promise<Cost> {
    const { cost } = await this.#leastOf(async () => {
      const segments = Array.from({ length: count }, () => {
        const object_id = randomUUID();
        const timerange = `[${this.#endS++}:0_${this.#endS}:0)`;
        return { object_id, timerange, get_urls: [{ url: `https://media.example/${object_id}` }] };
      });
      const path = `/flows/${flowId(0)}/segments`;
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(segments);
      const response = await fetch(new URL(path, this.#baseUrl), { method: 'POST', headers, body });
      if (response.status !== 201) throw new Error(`POST ${path} answered ${response.status}`);
    });
    return cost;
  }

  async #leastOf<Result>(work: () => Promise<Result>): Promise<{ cost: Cost; result: Result }> {
    const { requests } = this.#emulator;
    const counted: { cost: Cost; result: Result }[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      await this.#quiet();
      requests.clear();
      const result = await work();
      await this.#quiet();
      counted.push({ cost: costOf(requests.entries), result });
    }
    const [least] = counted.sort(
      (a, b) => a.cost.requests - b.cost.requests || a.cost.rowsFetched - b.cost.rowsFetched,
    );
    if (least === undefined) throw new Error('nothing was counted');
    return least;
  }

  /** Transactions are ended after the answer. */
  async #quiet(): Promise<void> {
    while (this.#emulator.openTransactions() > 0) await pause(2);
  }
}
