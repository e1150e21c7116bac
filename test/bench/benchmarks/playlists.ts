import { POSTGRES_MISSING } from '../../support/postgres-server.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkRow,
  compare,
  measure,
  rateRow,
} from '../support/benchmark.ts';
import { flowId, timerange } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { databaseWith, postgresEnv, startDurablePostgres } from '../support/postgres-tables.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const FLOWS = 8;
const CONNECTIONS = 8;
const TARGET = 0.8;
/** More than are kept. */
const PLAYLISTS = 400;

/** Playlists of 10,000 segments against the same page of segments with a signed URL each, from the same server. */
export const playlists: Benchmark = {
  name: 'playlists',
  async run(context) {
    const spec = {
      flows: FLOWS,
      segmentsPerFlow: context.scale.quick ? 500 : 10_000,
      allocatedPerFlow: 0,
      storageId: STORAGE_ID,
    };
    const { datasets, backendsFile } = context;
    const env = {
      DATA_DIR: await datasets.shared(spec),
      STORAGE_BACKENDS_FILE: backendsFile,
      PAGE_LIMIT_MAX: String(spec.segmentsPerFlow),
      PAGE_MAX_BYTES: String(64 * 1024 * 1024),
      PAGE_CACHE_MIB: '256',
      URL_CACHE_MAX: String(2 * FLOWS * spec.segmentsPerFlow),
      // The generator takes a part of the cores: a server that waits for one is not overloaded.
      OVERLOAD_DELAY_MS: '0',
    };
    const rows = await compareBoth(context, spec.segmentsPerFlow, env, '');
    if (POSTGRES_MISSING !== undefined) {
      context.log(`on PostgreSQL left out: ${POSTGRES_MISSING}`);
      return rows;
    }
    const postgres = await startDurablePostgres();
    try {
      const tables = postgresEnv(await databaseWith(postgres, spec, context));
      return [...rows, ...(await compareBoth(context, spec.segmentsPerFlow, { ...env, ...tables }, ' on PostgreSQL'))];
    } finally {
      await postgres.dispose();
    }
  },
};

async function compareBoth(
  context: BenchmarkContext,
  segments: number,
  env: Readonly<Record<string, string>>,
  tables: string,
): Promise<BenchmarkRow[]> {
  const page = (flow: number): string => `/flows/${flowId(flow)}/segments?limit=${segments}`;
  const playlist = (flow: number): string => `/playback/flows/${flowId(flow)}.m3u8`;
  const kept = await withServer(env, (server) =>
    compareRequests(context, server, each(FLOWS, playlist), each(FLOWS, page)),
  );
  // Another end beyond that of the flow: the same lines, which no answer before had.
  const anew = (number: number): string =>
    `${playlist(number % FLOWS)}?timerange=${timerange(0, segments + 1 + Math.floor(number / FLOWS))}`;
  const made = await withServer({ ...env, PAGE_CACHE_MIB: '0' }, (server) =>
    compareRequests(context, server, each(PLAYLISTS, anew), each(FLOWS, page)),
  );
  const what = `playlist of ${segments.toLocaleString('en')} segments${tables} against the same page of segments`;
  return [rateRow(`${what}: both made anew`, made, TARGET), rateRow(`${what}: both kept`, kept, TARGET)];
}

const each = (count: number, path: (number: number) => string): LoadRequest[] =>
  Array.from({ length: count }, (_, number) => ({ method: 'GET', path: path(number) }));

async function withServer<T>(
  env: Readonly<Record<string, string>>,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await startServer(env);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

function compareRequests(
  context: BenchmarkContext,
  { baseUrl }: ServerProcess,
  ours: readonly LoadRequest[],
  baseline: readonly LoadRequest[],
) {
  const { scale } = context;
  const rate = (requests: readonly LoadRequest[]) => async (): Promise<number> => {
    const load = { baseUrl, requests, connections: CONNECTIONS, until: { ms: scale.roundMs } };
    return (await measure(context, load, 200)).requestsPerSecond;
  };
  return compare(scale.rounds, rate(ours), rate(baseline));
}
