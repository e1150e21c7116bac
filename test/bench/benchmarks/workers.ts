import { type Benchmark, type BenchmarkContext, type BenchmarkRow, measure, perSecond } from '../support/benchmark.ts';
import { keepApart } from '../support/cores.ts';
import { type DatasetSpec, flowId, segmentInput } from '../support/dataset.ts';
import { LoadGenerator } from '../support/load-generator.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const FLOWS = 64;
const SEGMENTS = 300;
const BATCH = 1_000;
const BULK_FLOWS = 4;
const PROCESSES = 2;
const READS_TARGET = 1.6;
const WRITES_TARGET = 1;

/** One side of a round. */
interface Measured {
  readonly perSecond: number;
  /** Requests for each second that threads of the server were on a core. */
  readonly perCpuSecond: number;
}

/**
 * Two processes against one (`WORKERS`). A load generator on the same two cores takes one of them, so rates alone tell
 * nothing of reads: what two processes serve with both cores to themselves is computed, as twice the requests per second of
 * processor time that the primary and both processes took. One process serves what was measured, or what a core gives at the
 * price that it has, where that is more. For reads, either side has the first core to itself and the load the second one: three
 * that the kernel moves between two cores would measure its moves. Writes are compared by their measured rates, on both cores.
 */
export const workers: Benchmark = {
  name: 'workers',
  missing: process.platform === 'linux' ? undefined : 'the time of processes on a core is known on Linux alone',
  async run(context) {
    const { scale, datasets } = context;
    const singles = scale.quick ? 10 : 100;
    const batches = scale.quick ? 1 : 4;
    const rounds = scale.rounds + 1;
    const spec = { flows: FLOWS, segmentsPerFlow: SEGMENTS, allocatedPerFlow: 0, storageId: STORAGE_ID };
    const reads = await onTwoCores(context, await datasets.shared(spec), async (compared) => [
      readsRow('`GET /flows/{id}`', await compared(32, 200, () => gets(''))),
      readsRow(
        '`GET /flows/{id}/segments?limit=300`',
        await compared(32, 200, () => gets(`/segments?limit=${SEGMENTS}`)),
      ),
    ]);
    const single = await onCopies(context, { ...spec, allocatedPerFlow: singles * rounds }, async (compared) => [
      writesRow(
        'single `POST segments`, 64 clients, durable',
        await compared(FLOWS, 201, (round) => posts(SEGMENTS + round * singles, singles)),
      ),
    ]);
    const bulk = await onCopies(
      context,
      { ...spec, flows: BULK_FLOWS, allocatedPerFlow: batches * BATCH * rounds },
      async (compared) => [
        writesRow(
          'bulk `POST segments` of 1,000, 4 clients, durable',
          await compared(BULK_FLOWS, 201, (round) => bulks(SEGMENTS + round * batches * BATCH, batches)),
        ),
      ],
    );
    return [...reads, ...single, ...bulk];
  },
};

type Compared = (
  connections: number,
  status: number,
  requests: (round: number) => readonly LoadRequest[],
) => Promise<{ readonly one: Measured; readonly two: Measured }>;

/** Both sides read the same tables, on one core, with a load generator of their own on the other. */
async function onTwoCores(
  context: BenchmarkContext,
  data: string,
  work: (compared: Compared) => Promise<BenchmarkRow[]>,
): Promise<BenchmarkRow[]> {
  const generator = new LoadGenerator();
  try {
    return await onBoth({ ...context, generator }, data, data, work, async (servers) => {
      const processes = await Promise.all(servers.map((server) => server.processes()));
      await keepApart(processes.flat(), generator.pid);
    });
  } finally {
    generator.close();
  }
}

/** Each side has tables of its own: datasets of other sizes are others. */
const onCopies = (
  context: BenchmarkContext,
  spec: DatasetSpec,
  work: (compared: Compared) => Promise<BenchmarkRow[]>,
): Promise<BenchmarkRow[]> =>
  context.datasets.changed(spec, (one) =>
    context.datasets.changed({ ...spec, allocatedPerFlow: spec.allocatedPerFlow + 1 }, (two) =>
      onBoth(context, one, two, work),
    ),
  );

/** Starts a server of one process and one of two, places them, and measures them in turns. */
async function onBoth(
  context: BenchmarkContext,
  dataOfOne: string,
  dataOfTwo: string,
  work: (compared: Compared) => Promise<BenchmarkRow[]>,
  place?: (servers: readonly ServerProcess[]) => Promise<void>,
): Promise<BenchmarkRow[]> {
  const { scale, backendsFile } = context;
  // A server that waits for its core is not overloaded.
  const env = { STORAGE_BACKENDS_FILE: backendsFile, OVERLOAD_DELAY_MS: '0' };
  const servers = [
    await startServer({ ...env, DATA_DIR: dataOfOne, WORKERS: '1' }),
    await startServer({ ...env, DATA_DIR: dataOfTwo, WORKERS: String(PROCESSES) }),
  ];
  const measureOn = async (
    server: ServerProcess,
    connections: number,
    status: number,
    requests: readonly LoadRequest[],
  ): Promise<Measured> => {
    const until = status === 200 ? { ms: scale.roundMs } : { requests: requests.length };
    const before = await server.cpuSeconds();
    const result = await measure(context, { baseUrl: server.baseUrl, requests, connections, until }, status);
    const cpu = (await server.cpuSeconds()) - before;
    return { perSecond: result.requestsPerSecond, perCpuSecond: result.requests / cpu };
  };
  try {
    await place?.(servers);
    return await work(async (connections, status, requests) => {
      const rounds: Measured[][] = [];
      for (let round = 0; round <= scale.rounds; round++) {
        const measured: Measured[] = [];
        for (const server of servers) measured.push(await measureOn(server, connections, status, requests(round)));
        if (round > 0) rounds.push(measured);
      }
      const medianOf = (side: number): Measured => ({
        perSecond: median(rounds.map((round) => round[side]?.perSecond ?? NaN)),
        perCpuSecond: median(rounds.map((round) => round[side]?.perCpuSecond ?? NaN)),
      });
      return { one: medianOf(0), two: medianOf(1) };
    });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

function readsRow(what: string, { one, two }: Awaited<ReturnType<Compared>>): BenchmarkRow {
  const ratio = (PROCESSES * two.perCpuSecond) / Math.max(one.perSecond, one.perCpuSecond);
  return {
    what: `${what}, two processes against one, the load from outside of their two cores (computed)`,
    reached: ratio.toFixed(2),
    target: `>= ${READS_TARGET.toFixed(1)}`,
    met: ratio >= READS_TARGET,
    medians:
      `${perSecond(two.perCpuSecond)} against ${perSecond(one.perCpuSecond)} requests per second of a core; ` +
      `${perSecond(two.perSecond)} against ${perSecond(one.perSecond)} requests/s beside the load`,
  };
}

function writesRow(what: string, { one, two }: Awaited<ReturnType<Compared>>): BenchmarkRow {
  const ratio = two.perSecond / one.perSecond;
  return {
    what: `${what}, two processes against one, beside the load`,
    reached: ratio.toFixed(2),
    target: `>= ${WRITES_TARGET.toFixed(1)}`,
    met: ratio >= WRITES_TARGET,
    medians:
      `${perSecond(two.perSecond)} against ${perSecond(one.perSecond)} requests/s; ` +
      `${perSecond(two.perCpuSecond)} against ${perSecond(one.perCpuSecond)} per second of a core`,
  };
}

const gets = (rest: string): LoadRequest[] =>
  Array.from({ length: 20 }, (_, flow) => ({ method: 'GET', path: `/flows/${flowId(flow)}${rest}` }));

const posts = (first: number, perFlow: number): LoadRequest[] =>
  Array.from({ length: perFlow * FLOWS }, (_, index) => {
    const flow = index % FLOWS;
    const body = JSON.stringify(segmentInput(flow, first + Math.floor(index / FLOWS)));
    return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
  });

const bulks = (first: number, perFlow: number): LoadRequest[] =>
  Array.from({ length: perFlow * BULK_FLOWS }, (_, index) => {
    const flow = index % BULK_FLOWS;
    const start = first + Math.floor(index / BULK_FLOWS) * BATCH;
    const body = JSON.stringify(Array.from({ length: BATCH }, (_each, offset) => segmentInput(flow, start + offset)));
    return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
  });
