import { POSTGRES_MISSING } from '../../support/postgres-server.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkRow,
  compare,
  measure,
  perSecond,
  rateRow,
} from '../support/benchmark.ts';
import { flowId, segmentInput } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { databaseWith, postgresEnv, startDurablePostgres } from '../support/postgres-tables.ts';
import { startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const CLIENTS = 64;
const SINGLE_TARGET = 0.25;
const BULK = 1_000;
const BULK_CLIENTS = 4;
const BULK_TARGET = 20_000;
/** PostgreSQL has a part of the cores: a server that waits for one is not overloaded. */
const SHARED_CORES = { OVERLOAD_DELAY_MS: '0' };

/** Registering segments with the tables on PostgreSQL, durable before the answer: one by one, against the embedded tables on the same disk, and by the thousand. */
export const postgresWrites: Benchmark = {
  name: 'postgres-writes',
  missing: POSTGRES_MISSING,
  async run(context) {
    return [await single(context), await bulk(context)];
  },
};

async function single(context: BenchmarkContext): Promise<BenchmarkRow> {
  const { scale, datasets, backendsFile } = context;
  const perRound = scale.quick ? 10 : 100;
  const spec = {
    flows: CLIENTS,
    segmentsPerFlow: 100,
    allocatedPerFlow: perRound * (scale.rounds + 1),
    storageId: STORAGE_ID,
  };
  const postgres = await startDurablePostgres();
  try {
    const url = await databaseWith(postgres, spec, context);
    return await datasets.changed(spec, async (dataDir) => {
      const env = { ...SHARED_CORES, DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile };
      const servers = { postgres: await startServer({ ...env, ...postgresEnv(url) }), sqlite: await startServer(env) };
      const next = { postgres: spec.segmentsPerFlow, sqlite: spec.segmentsPerFlow };
      const rate = async (which: keyof typeof servers): Promise<number> => {
        const requests = requestsOf(CLIENTS, next[which], perRound, 1);
        next[which] += perRound;
        const { baseUrl } = servers[which];
        const load = { baseUrl, requests, connections: CLIENTS, until: { requests: requests.length } };
        return (await measure(context, load, 201)).requestsPerSecond;
      };
      try {
        const comparison = await compare(
          scale.rounds,
          () => rate('postgres'),
          () => rate('sqlite'),
        );
        const what = `single \`POST segments\` on PostgreSQL, ${CLIENTS} clients, durable, against the embedded tables`;
        return rateRow(what, comparison, SINGLE_TARGET);
      } finally {
        await Promise.all([servers.postgres.close(), servers.sqlite.close()]);
      }
    });
  } finally {
    await postgres.dispose();
  }
}

async function bulk(context: BenchmarkContext): Promise<BenchmarkRow> {
  const { scale, datasets, backendsFile } = context;
  const perFlow = scale.quick ? 1 : 15;
  const spec = {
    flows: BULK_CLIENTS,
    segmentsPerFlow: 100,
    allocatedPerFlow: perFlow * BULK * (scale.rounds + 1),
    storageId: STORAGE_ID,
  };
  const postgres = await startDurablePostgres();
  try {
    const url = await databaseWith(postgres, spec, context);
    return await datasets.changed({ ...spec, allocatedPerFlow: 0 }, async (dataDir) => {
      const server = await startServer({
        ...SHARED_CORES,
        DATA_DIR: dataDir,
        STORAGE_BACKENDS_FILE: backendsFile,
        ...postgresEnv(url),
      });
      try {
        const rates: number[] = [];
        for (let round = 0; round <= scale.rounds; round += 1) {
          const requests = requestsOf(BULK_CLIENTS, spec.segmentsPerFlow + round * perFlow * BULK, perFlow, BULK);
          const load = {
            baseUrl: server.baseUrl,
            requests,
            connections: BULK_CLIENTS,
            until: { requests: requests.length },
          };
          const { requestsPerSecond } = await measure(context, load, 201);
          if (round > 0) rates.push(requestsPerSecond * BULK);
        }
        const rate = median(rates);
        return {
          what: 'bulk `POST segments` of 1,000 on PostgreSQL, durable',
          reached: `${perSecond(rate)} segments/s`,
          target: `>= ${perSecond(BULK_TARGET)} segments/s`,
          met: rate >= BULK_TARGET,
          medians: `${(rate / BULK).toFixed(1)} requests/s of ${BULK_CLIENTS} clients`,
        };
      } finally {
        await server.close();
      }
    });
  } finally {
    await postgres.dispose();
  }
}

/** So many requests for each of the flows in turn, of so many segments that follow each other from the first on. */
function requestsOf(flows: number, first: number, perFlow: number, segments: number): LoadRequest[] {
  return Array.from({ length: flows * perFlow }, (_, index) => {
    const flow = index % flows;
    const from = first + Math.floor(index / flows) * segments;
    const inputs = Array.from({ length: segments }, (_each, offset) => segmentInput(flow, from + offset));
    const body = JSON.stringify(segments === 1 ? inputs[0] : inputs);
    return { method: 'POST', path: `/flows/${flowId(flow)}/segments`, body };
  });
}
