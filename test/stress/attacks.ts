import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer } from '../bench/support/server-process.ts';
import { ApiClient } from './http/api-client.ts';
import { flowBody } from './http/flow-actions.ts';
import { LatencyHistogram } from './support/latency-histogram.ts';
import type { Random } from './support/random.ts';
import type { StressReport } from './support/stress-report.ts';

const HONEST_CLIENTS = 32;
const THINK_MS = 20;
const ROUND_MS = 3_000;
/** After an attack begins or ends, for as long nothing is measured: what is under way belongs to both. */
const CHANGE_MS = 500;
const MEMORY_MAX_MB = 512;
const P99_RATIO_MAX = 3;
const SEGMENTS = 50;
const MB = 1e6;

/** What an attacker is told: where, and whether to go on. */
export interface AttackOrder {
  readonly baseUrl: string;
  readonly attack: boolean;
}

/** The attackers' work since they began. */
export interface AttackReport {
  /** Requests that came to an end, or were cut off. */
  readonly sent: number;
  readonly cpuSeconds: number;
}

/**
 * Honest clients, in rounds with all attacks at once and rounds without: what an attack costs them is a ratio of the same
 * run. Each of them sends its next request `THINK_MS` after the last answer, so slow answers are also fewer.
 * `checksLatency` is for runs that are long enough, on a machine with nothing else to do.
 */
export async function stressAttacks(
  directory: string,
  random: Random,
  seconds: number,
  report: StressReport,
  checksLatency = true,
): Promise<void> {
  const dataDir = join(directory, 'attacks');
  await mkdir(dataDir);
  const server = await startServer({ DATA_DIR: dataDir });
  const client = new ApiClient(server.baseUrl, report, HONEST_CLIENTS);
  const attacker = fork(new URL('./attacks/attacker.ts', import.meta.url));
  const gone = new AbortController();
  attacker.once('exit', () => gone.abort());
  const order = async (attack: boolean): Promise<AttackReport> => {
    attacker.send({ baseUrl: server.baseUrl, attack } satisfies AttackOrder);
    const [told] = (await once(attacker, 'message', gone)) as [AttackReport];
    return told;
  };
  const peak = { mb: 0 };
  const timer = setInterval(() => {
    void server.residentBytes().then(
      (bytes) => (peak.mb = Math.max(peak.mb, bytes / MB)),
      () => undefined,
    );
  }, 50);
  const attack = { sent: 0, cpuSeconds: 0, seconds: 0 };
  const latency = { quiet: new LatencyHistogram(), attacked: new LatencyHistogram() };
  let phase: keyof typeof latency | undefined;
  let ends = false;
  try {
    await order(false);
    const clients = Array.from({ length: HONEST_CLIENTS }, async () => {
      await beHonest(
        client,
        random.fork(),
        () => ends,
        (ms, began) => {
          if (phase !== undefined && phase === began) latency[phase].add(ms);
        },
        () => phase,
      );
    });
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      for (const next of ['quiet', 'attacked'] as const) {
        const before = await order(next === 'attacked');
        const beganAt = performance.now();
        await pause(CHANGE_MS);
        phase = next;
        await pause(Math.min(ROUND_MS, (seconds * 1000) / 4));
        phase = undefined;
        if (next === 'quiet') continue;
        const after = await order(false);
        attack.sent += after.sent - before.sent;
        attack.cpuSeconds += after.cpuSeconds - before.cpuSeconds;
        attack.seconds += (performance.now() - beganAt) / 1000;
      }
    }
    ends = true;
    await Promise.all(clients);
  } finally {
    ends = true;
    clearInterval(timer);
    attacker.kill();
    client.close();
    await server.close();
  }
  const [quiet, attacked] = [latency.quiet.quantile(0.99), latency.attacked.quantile(0.99)];
  const ratio = attacked / quiet;
  report.fact(
    `attacks: honest p99 ${attacked.toFixed(1)} ms, ${quiet.toFixed(1)} ms without (${ratio.toFixed(2)} times); ` +
      `${latency.attacked.count} and ${latency.quiet.count} requests; ${Math.round(peak.mb)} MB at most; ` +
      `${Math.round(attack.sent / attack.seconds)} attacks/s, with ${(attack.cpuSeconds / attack.seconds).toFixed(2)} cores of their own`,
  );
  report.check('attacks leave memory bounded', peak.mb < MEMORY_MAX_MB, () => `${Math.round(peak.mb)} MB`);
  if (!checksLatency) return;
  report.check('attacks leave others their latency', ratio <= P99_RATIO_MAX, () => `${ratio.toFixed(2)} times`);
}

/** One client: its own flow, written and read. */
async function beHonest<Phase>(
  client: ApiClient,
  random: Random,
  ends: () => boolean,
  record: (ms: number, began: Phase) => void,
  phase: () => Phase,
): Promise<void> {
  const flowId = random.uuid();
  const path = `/flows/${flowId}`;
  const put = { ...flowBody(flowId, random.uuid(), 'Of an honest client'), label: 'honest' };
  await client.call('honest PUT flow', path, [201], { method: 'PUT', json: put });
  for (let n = 0; !ends(); n++) {
    const timerange = `[${n}:0_${n + 1}:0)`;
    const get_urls = [{ url: `https://media.example/${flowId}/${n}` }];
    const segment = { object_id: `${flowId}/${n}`, timerange, get_urls };
    const requests = [
      () => client.call('honest POST segment', `${path}/segments`, [201], { method: 'POST', json: segment }),
      () => client.call('honest GET segments', `${path}/segments?limit=${SEGMENTS}&reverse_order=true`, [200]),
      () => client.call('honest GET flow', path, [200]),
      () => client.call('honest PUT tag', `${path}/tags/take`, [204], { method: 'PUT', json: `${n}` }),
      () => client.call('honest GET flows', '/flows?label=honest&limit=20', [200]),
    ];
    for (const request of requests) {
      const [began, startedAt] = [phase(), performance.now()];
      await request();
      record(performance.now() - startedAt, began);
      await pause(THINK_MS);
    }
  }
}
