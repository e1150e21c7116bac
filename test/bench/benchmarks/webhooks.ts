import { setTimeout as pause } from 'node:timers/promises';
import { type Benchmark, type BenchmarkContext, type BenchmarkRow, measure, perSecond } from '../support/benchmark.ts';
import { flowId } from '../support/dataset.ts';
import type { LoadRequest } from '../support/load-protocol.ts';
import { STORAGE_ID } from '../support/object-store-stub.ts';
import { type BenchReceiver, startReceiver } from '../support/receiver.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { median } from '../support/statistics.ts';

const FLOWS = 64;
const CONNECTIONS = 16;
const DELIVERIES_TARGET = 1_000;
const HANGING = 100;
const PUTS_PER_SECOND = 100;
const P99_TARGET = 1.15;
const POLL_MS = 50;
/** Until registrations are shared out, and until what waited for those that are gone is removed. */
const SETTLE_MS = 2_500;

/** How fast a backlog reaches one fast receiver, and what 100 receivers that hang cost those who change flows. */
export const webhooks: Benchmark = {
  name: 'webhooks',
  async run(context) {
    const { datasets, backendsFile } = context;
    const spec = { flows: FLOWS, segmentsPerFlow: 1, allocatedPerFlow: 0, storageId: STORAGE_ID };
    return datasets.changed(spec, async (dataDir) => {
      const server = await startServer({
        DATA_DIR: dataDir,
        STORAGE_BACKENDS_FILE: backendsFile,
        WEBHOOK_ALLOW_HOSTS: '127.0.0.0/8',
      });
      const receiver = await startReceiver();
      try {
        const puts = await putsOfFlows(server);
        return [
          await measureDeliveries(context, server, receiver, puts),
          await measureHanging(context, server, receiver, puts),
        ];
      } finally {
        await Promise.all([server.close(), receiver.close()]);
      }
    });
  },
};

async function measureDeliveries(
  context: BenchmarkContext,
  server: ServerProcess,
  receiver: BenchReceiver,
  requests: readonly LoadRequest[],
): Promise<BenchmarkRow> {
  const { scale } = context;
  const changes = scale.quick ? 500 : 5_000;
  const rates: number[] = [];
  for (let round = 0; round <= scale.rounds; round += 1) {
    // The changes come first: what is measured is the deliveries, and not the server that also serves.
    receiver.order('refuse');
    await register(server, receiver.url, ['flows/updated']);
    const load = { baseUrl: server.baseUrl, requests, connections: CONNECTIONS, until: { requests: changes } };
    await measure(context, load, 204);
    receiver.order('take');
    await register(server, receiver.url, ['flows/updated']);
    let report = await receiver.report();
    while (report.count < changes) {
      await pause(POLL_MS);
      report = await receiver.report();
    }
    if (round > 0) rates.push(changes / report.seconds);
  }
  await register(server, receiver.url, []);
  const rate = median(rates);
  return {
    what: `deliveries of ${changes.toLocaleString('en')} events of ${FLOWS} flows to one fast receiver, one replica`,
    reached: `${perSecond(rate)} deliveries/s`,
    target: `>= ${perSecond(DELIVERIES_TARGET)}`,
    met: rate >= DELIVERIES_TARGET,
    medians: `${perSecond(rate)} deliveries/s`,
  };
}

async function measureHanging(
  context: BenchmarkContext,
  server: ServerProcess,
  receiver: BenchReceiver,
  requests: readonly LoadRequest[],
): Promise<BenchmarkRow> {
  const { scale } = context;
  const urls = Array.from({ length: HANGING }, (_, index) => `${receiver.url}/${index}`);
  receiver.order('hang');
  const p99With = async (events: readonly string[]): Promise<number> => {
    await Promise.all(urls.map((url) => register(server, url, events)));
    await pause(SETTLE_MS);
    const load = {
      baseUrl: server.baseUrl,
      requests,
      connections: CONNECTIONS,
      ratePerSecond: PUTS_PER_SECOND,
      // At this rate a round as long as others has too few requests for a p99.
      until: { ms: 2 * scale.roundMs },
    };
    return (await measure(context, load, 204)).latencyMs.p99;
  };
  const rounds: { hanging: number; none: number }[] = [];
  for (let round = 0; round <= scale.rounds; round += 1) {
    const none = await p99With([]);
    const hanging = await p99With(['flows/updated']);
    if (round > 0) rounds.push({ hanging, none });
  }
  const ratio = median(rounds.map(({ hanging, none }) => hanging / none));
  const of = (key: 'hanging' | 'none'): string => median(rounds.map((round) => round[key])).toFixed(2);
  return {
    what: `\`PUT /flows/{id}\` with ${HANGING} webhooks whose receivers hang: p99 against none`,
    reached: ratio.toFixed(2),
    target: `<= ${P99_TARGET.toFixed(2)}`,
    met: ratio <= P99_TARGET,
    medians: `${of('hanging')} against ${of('none')} ms at ${PUTS_PER_SECOND} requests/s`,
  };
}

/** Requests that put flows as they are. */
function putsOfFlows({ baseUrl }: ServerProcess): Promise<LoadRequest[]> {
  return Promise.all(
    Array.from({ length: FLOWS }, async (_, number) => {
      const path = `/flows/${flowId(number)}`;
      return { method: 'PUT', path, body: await (await fetch(baseUrl + path)).text() } as const;
    }),
  );
}

/** Without events: removes the registration. */
async function register({ baseUrl }: ServerProcess, url: string, events: readonly string[]): Promise<void> {
  const response = await fetch(`${baseUrl}/service/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url, events }),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the registration was answered with ${response.status}`);
}
