import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ServerProcess } from '../../demo/server-process.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { type FlowBody, TamsClient } from '../support/tams-client.ts';
import { dataFlow } from './support/flows.ts';
import { runVerify } from './support/mgmt.ts';
import { claim, type Claims, noClaims, RefusedClaim, segmentAt, verifyClaims } from './support/timeline-claims.ts';

/** How long the load lasts at least, and how often something is killed meanwhile; more for a long run by hand. */
const LOAD_MS = Number(process.env.REPLICAS_SECONDS ?? 4) * 1_000;
const KILLS = Number(process.env.REPLICAS_KILLS ?? 4);
/** It goes on for so long at most, until something was taken in each flow. */
const LONGER_MS = 120_000;
/** On a busy machine a replica needs some seconds to start again. */
const TIMEOUT_MS = LOAD_MS + LONGER_MS + KILLS * 30_000 + 240_000;

const REPLICAS = 4;
const WRITERS = 8;
const FLOWS = 20;

const below = (limit: number): number => Math.floor(Math.random() * limit);

describe.skipIf(POSTGRES_MISSING)(`replicas on one PostgreSQL ${POSTGRES_MISSING ?? ''}`, () => {
  let postgres: PostgresServer;
  let dataDir: string;
  let env: Record<string, string>;
  const replicas: Replica[] = [];
  beforeAll(async () => {
    postgres = await startPostgres();
    dataDir = await mkdtemp(join(tmpdir(), 'tams-acceptance-'));
    env = {
      TABLE_ENGINE: 'postgres',
      DATABASE_URL: await postgres.database(),
      DATABASE_POOL_SIZE: '8',
      SECRET_KEY: 'the secret of all replicas in these tests',
      // The database, its clients and all replicas share the few cores of one machine: 503 would say no more than that.
      OVERLOAD_DELAY_MS: '0',
    };
    for (let n = 0; n < REPLICAS; n += 1) replicas.push(new Replica({ dataDir, env }));
    await Promise.all(replicas.map(({ client }) => client));
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await postgres.dispose();
    await rm(dataDir, { recursive: true });
  });

  it(
    `${WRITERS} writers on each of ${REPLICAS} claim time ranges of the same ${FLOWS} flows, with ${KILLS} kills: none overlap, none is lost or doubled`,
    async () => {
      const flows = Array.from({ length: FLOWS }, () => ({ flow: dataFlow(), claims: noClaims() }));
      const first = await replicas[0]?.client;
      for (const { flow } of flows) expect((await first?.putFlow(flow))?.status).toBe(201);

      let done = false;
      let round = 0;
      const write = async (replica: Replica): Promise<void> => {
        while (!done) {
          const { flow, claims } = flows[below(FLOWS)] ?? flows[0] ?? raise('There is no flow.');
          // All writers are busy in the same few seconds of the timeline, which move on as they fill.
          const frontMs = Math.floor(round++ / FLOWS) * 500;
          const segments = Array.from({ length: 1 + below(4) }, (_, index) =>
            segmentAt(frontMs + index * 1_500 + below(1_000), 1 + below(1_500)),
          );
          await claim(await replica.client, flow.id, segments, claims).catch((error: unknown) => {
            if (!isInterruption(error)) throw error;
          });
        }
      };
      const kill = async (): Promise<void> => {
        for (let n = 0; n < KILLS; n += 1) {
          await sleep(LOAD_MS / (KILLS + 1));
          if (n % 2 === 0) await replicas[(n / 2) % REPLICAS]?.killAndStart();
          else await killBackend(postgres);
        }
        await sleep(LOAD_MS / (KILLS + 1));
        // A busy machine gets to few of the flows in that time.
        const deadline = performance.now() + LONGER_MS;
        while (performance.now() < deadline && flows.some(({ claims }) => claims.taken.size === 0)) await sleep(50);
        done = true;
      };
      const writers = replicas.flatMap((replica) => Array.from({ length: WRITERS }, () => write(replica)));
      await Promise.all([kill(), ...writers]);

      const clients = await Promise.all(replicas.map(({ client }) => client));
      for (const { flow, claims } of flows) {
        await Promise.all(clients.map((client) => verifyClaims(client, flow.id, claims)));
        expect(claims.taken.size, 'nothing was taken').toBeGreaterThan(0);
      }
      report(flows);
      for (const replica of replicas) expect(replica.endedByItself).toBe(false);
      await Promise.all(replicas.map((replica) => replica.stop()));
      expect(await runVerify(dataDir, env)).toEqual({ code: 0, output: 'Everything fits together.\n' });
    },
    TIMEOUT_MS,
  );
});

/** A replica that is started again whenever it has been killed, as a supervisor does. */
class Replica {
  /** For the server that runs now, or is about to. */
  client: Promise<TamsClient>;
  endedByItself = false;
  readonly #options: Parameters<typeof ServerProcess.start>[0];
  #server: ServerProcess | undefined;
  #isMeantToEnd = false;

  constructor(options: Parameters<typeof ServerProcess.start>[0]) {
    this.#options = options;
    this.client = this.#start();
  }

  /** Resolves when it has been killed: it starts meanwhile. */
  async killAndStart(): Promise<void> {
    await this.client;
    await this.#end('SIGKILL');
    this.client = this.#start();
  }

  async stop(): Promise<void> {
    await this.client;
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#isMeantToEnd = true;
    this.#server?.signal(signal);
    await this.#server?.exited;
  }

  async #start(): Promise<TamsClient> {
    this.#isMeantToEnd = false;
    for (;;) {
      const server = ServerProcess.start(this.#options);
      try {
        this.#server = await server;
      } catch (error) {
        // PostgreSQL was recovering at that moment: the process ended with a line that says so.
        if (/cannot be reached|the database system is|terminating connection/.test(String(error))) continue;
        throw error;
      }
      void this.#server.exited.then(() => (this.endedByItself ||= !this.#isMeantToEnd));
      return new TamsClient(this.#server.baseUrl);
    }
  }
}

/** Ends the process of a connection in the middle of a transaction: PostgreSQL then ends all others, and recovers. */
async function killBackend(postgres: PostgresServer): Promise<void> {
  const busy = `SELECT pid FROM pg_stat_activity WHERE application_name = 'vast-tams' AND backend_xid IS NOT NULL ORDER BY random()`;
  // None is there while the replicas connect again after the last time, and PostgreSQL answers nobody while it recovers.
  const kill = async (): Promise<void> => {
    const [[pid] = []] = await postgres.run(busy);
    if (pid === undefined) throw new Error('No connection is in a transaction.');
    process.kill(Number(pid), 'SIGKILL');
  };
  await vi.waitFor(kill, { timeout: 60_000, interval: 10 });
}

/** Errors of writers while their replica, or PostgreSQL, is not there. */
const isInterruption = (error: unknown): boolean =>
  (error instanceof RefusedClaim && error.status === 503) || (error instanceof TypeError && error.cause !== undefined);

function report(flows: readonly { flow: FlowBody; claims: Claims }[]): void {
  const count = (which: keyof Claims): number => flows.reduce((sum, { claims }) => sum + claims[which].size, 0);
  console.info(`segments: ${count('taken')} taken, ${count('refused')} refused, ${count('unknown')} unknown`);
}

function raise(problem: string): never {
  throw new Error(problem);
}
