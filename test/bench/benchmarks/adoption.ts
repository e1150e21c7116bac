import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import type { Probed } from '../../../src/features/adoption/probes.ts';
import { AdoptionReader } from '../../../src/features/adoption/adoption-repository.ts';
import { AdoptionSteps } from '../../../src/features/adoption/adoption-steps.ts';
import { ADOPTION_TABLES } from '../../../src/features/adoption/adoption-tables.ts';
import { KeyRegistration } from '../../../src/features/adoption/key-registration.ts';
import { EXR_MEDIA_TYPE } from '../../../src/formats/exr/frame-name.ts';
import { SecretBox } from '../../../src/shared/secret-box.ts';
import { uuidOf } from '../../../src/shared/uuid.ts';
import { Format } from '../../../src/tams/documents/format.ts';
import type { Services } from '../../../src/tams/services.ts';
import { VAST_STORE_TABLES } from '../../../src/tams/tables.ts';
import { VastStore } from '../../../src/tams/vast-store.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { makeFrames } from '../../support/frames-on-disk.ts';
import { findS3Server, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { type Benchmark, type BenchmarkContext, type BenchmarkRow, perSecond } from '../support/benchmark.ts';
import { makeRunDirectory } from '../support/run-directory.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const BUCKET = 'archive';
const STORAGE_ID = uuidOf(`tams storage backend s3:${BUCKET}`);
const MB = 1e6;
const TARGET_MB = 300;
const FRAMES_PER_S = 500;
const KEYS_PER_S = 5_000;
const BINARY = findS3Server();
/** Metrics that are asked for more often take a noticeable part of the server's time. */
const LOOK_MS = 500;

interface Adoption {
  readonly id: string;
  readonly state: string;
  readonly error?: string;
  readonly keys: Readonly<Record<string, number>>;
}

/** Adoption of keys on a real S3 server, which shares the cores with the server. */
export const adoption: Benchmark = {
  name: 'adoption',
  missing: BINARY === undefined ? '.ci/versitygw.sh installs the S3 server that it needs' : undefined,
  async run(context) {
    const s3 = await startS3Server(BINARY ?? '');
    try {
      return [...(await ofFrames(context, s3)), ...(await ofKnownKeys(context, s3))];
    } finally {
      await s3.close();
    }
  },
};

async function ofFrames({ scale, ...context }: BenchmarkContext, s3: S3Server): Promise<BenchmarkRow[]> {
  const count = scale.quick ? 400 : 100_000;
  return onServer(s3, makeRunDirectory('tams-bench-frames-'), { EXR_AUTO_INSPECT: 'true' }, async (server) => {
    await makeFrames(join(s3.directory, BUCKET, 'frames'), count);
    const whole = await measured(server, async () => {
      const { keys } = await adopt(server, 'frames');
      if (keys['adopted'] !== count) throw new Error(`${JSON.stringify(keys)} instead of ${count} adopted frames`);
      await untilInspected(server);
    });
    context.log(`${count} frames: ${told(whole, count)}, ${await readsOf(server)} reads`);
    const kept = await countKept(server);
    if (kept !== count) throw new Error(`the headers of ${kept} frames of ${count} are kept`);
    return [
      {
        what: `adoption of ${count.toLocaleString('en')} EXR frames: listed, looked into, on a timeline, their headers kept`,
        reached: `${perSecond(count / whole.seconds)} frames/s`,
        target: `>= ${FRAMES_PER_S} frames/s`,
        met: count / whole.seconds >= FRAMES_PER_S,
        medians: told(whole, count),
      },
      memoryRow('resident memory meanwhile', whole.bytes),
    ];
  });
}

/** Keys that nobody has to look into: what the listing and the registration cost by themselves, and a folder that is adopted again. */
async function ofKnownKeys({ scale, ...context }: BenchmarkContext, s3: S3Server): Promise<BenchmarkRow[]> {
  const count = scale.quick ? 2_000 : 1_000_000;
  await makeFrames(join(s3.directory, BUCKET, 'keys'), count);
  const dataDir = makeRunDirectory('tams-bench-keys-');
  const [id, listed] = await onServer(s3, dataDir, {}, async (server) => {
    const asked = await begin(server, 'keys', false);
    const cost = await measured(server, () => until(server, asked.id, 'probing', 'planned'));
    context.log(`${count} keys listed: ${told(cost, count)}`);
    return [asked.id, cost] as const;
  });
  const planningS = await planUnseen(dataDir, id);
  context.log(`${count} keys planned without a look: ${planningS.toFixed(1)} s`);
  return onServer(s3, dataDir, {}, async (server) => {
    const adopted = await measured(server, async () => {
      await call<Adoption>(`${server.baseUrl}/internal/adoptions/${id}/start`, {});
      const { keys } = await until(server, id, 'done');
      if (keys['adopted'] !== count) throw new Error(`${JSON.stringify(keys)} instead of ${count} adopted keys`);
    });
    context.log(`${count} keys registered: ${told(adopted, count)}`);
    const again = await measured(server, () => adopt(server, 'keys'));
    const whole = sum(listed, adopted);
    const keys = count.toLocaleString('en');
    return [
      {
        what: `adoption of ${keys} keys of an S3 server that need no look: listed and registered`,
        reached: `${perSecond(count / whole.seconds)} keys/s`,
        target: `>= ${perSecond(KEYS_PER_S)} keys/s`,
        met: count / whole.seconds >= KEYS_PER_S,
        medians: `${told(whole, count)}; listed in ${listed.seconds.toFixed(1)} s`,
      },
      {
        what: 'the same folder again',
        reached: `${perSecond(count / again.seconds)} keys/s`,
        medians: told(again, count),
      },
      memoryRow('resident memory with these', Math.max(whole.bytes, again.bytes)),
    ];
  });
}

/** Plans the keys as if each had been looked into. @returns how many seconds that took */
async function planUnseen(dataDir: string, id: string): Promise<number> {
  const engine = await openSqliteEngine({ directory: join(dataDir, 'tables'), synchronous: 'normal', cacheMib: 16 });
  const manager = await VastDBManager.open(engine, [...VAST_STORE_TABLES, ...ADOPTION_TABLES]);
  try {
    const store = new VastStore(manager, new SecretBox('of no use here', 'webhooks'));
    const unused = {} as Services;
    const steps = new AdoptionSteps({
      store,
      reader: manager.reader('background'),
      logger: pino({ level: 'silent' }),
      registration: new KeyRegistration(unused),
      mustBeOurs: () => Promise.resolve(),
    });
    const adoptions = new AdoptionReader(manager.reader());
    const started = performance.now();
    for (;;) {
      const adoption = await adoptions.find(id);
      if (adoption?.state !== 'probing') return (performance.now() - started) / 1000;
      await steps.probe(adoption, () => Promise.resolve(FRAME), ['*']);
    }
  } finally {
    await manager.close();
  }
}

const FRAME: Probed = {
  flows: [
    {
      id: '',
      source_id: '',
      label: '',
      format: Format.image,
      codec: EXR_MEDIA_TYPE,
      container: EXR_MEDIA_TYPE,
      essence_parameters: { frame_width: 1920, frame_height: 1080 },
    },
  ],
  coding: '1920x1080',
  startNs: 0n,
  endNs: 0n,
  frameNs: 0n,
};

interface Measured {
  readonly seconds: number;
  readonly cpuS: number;
  /** The most resident memory. */
  readonly bytes: number;
}

async function measured(server: ServerProcess, work: () => Promise<unknown>): Promise<Measured> {
  let bytes = 0;
  let ended = false;
  const watch = (async () => {
    while (!ended) {
      bytes = Math.max(bytes, await server.residentBytes());
      await pause(LOOK_MS);
    }
  })();
  const [started, cpu] = [performance.now(), await server.cpuSeconds()];
  try {
    await work();
    const seconds = (performance.now() - started) / 1000;
    return { seconds, cpuS: (await server.cpuSeconds()) - cpu, bytes };
  } finally {
    ended = true;
    await watch;
  }
}

const sum = (a: Measured, b: Measured): Measured => ({
  seconds: a.seconds + b.seconds,
  cpuS: a.cpuS + b.cpuS,
  bytes: Math.max(a.bytes, b.bytes),
});

const told = ({ seconds, cpuS, bytes }: Measured, count: number): string =>
  `${seconds.toFixed(1)} s, ${((cpuS / count) * 1e6).toFixed(0)} µs of a core each, ${Math.round(bytes / MB)} MB at most`;

const memoryRow = (what: string, bytes: number): BenchmarkRow => ({
  what,
  reached: `${Math.round(bytes / MB)} MB`,
  target: `< ${TARGET_MB} MB`,
  met: bytes < TARGET_MB * MB,
  medians: 'the most that was seen, twice a second',
});

async function onServer<T>(
  s3: S3Server,
  dataDir: string,
  env: Readonly<Record<string, string>>,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await startServer({
    DATA_DIR: dataDir,
    MEDIA_STORE: 's3',
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: BUCKET,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_ADOPT_PREFIXES: '*',
    // As in the image.
    MALLOC_ARENA_MAX: '1',
    ...env,
  });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

async function adopt(server: ServerProcess, prefix: string): Promise<Adoption> {
  const { id } = await begin(server, prefix, true);
  return until(server, id, 'done');
}

const begin = ({ baseUrl }: ServerProcess, prefix: string, start: boolean): Promise<Adoption> =>
  call(`${baseUrl}/internal/adoptions`, {
    storage_id: STORAGE_ID,
    prefix,
    layout: 'frames',
    frame_rate: { numerator: 24, denominator: 1 },
    start,
  });

async function until({ baseUrl }: ServerProcess, id: string, ...states: readonly string[]): Promise<Adoption> {
  for (;;) {
    const shown = await call<Adoption>(`${baseUrl}/internal/adoptions/${id}`);
    if (shown.state === 'failed') throw new Error(shown.error);
    if (states.includes(shown.state)) return shown;
    await pause(LOOK_MS);
  }
}

async function untilInspected(server: ServerProcess): Promise<void> {
  while (!/^tams_exr_queue_entries 0$/m.test(await metricsOf(server))) await pause(LOOK_MS);
}

/** Reads of the bucket since the server has started. */
async function readsOf(server: ServerProcess): Promise<string> {
  const count = /^tams_media_operation_duration_seconds_count\{.*operation="get".*\} (\d+)$/m;
  return count.exec(await metricsOf(server))?.[1] ?? '0';
}

const metricsOf = async ({ baseUrl }: ServerProcess): Promise<string> => (await fetch(`${baseUrl}/metrics`)).text();

/** Frames whose headers are kept: a page has the sequences of all. */
async function countKept({ baseUrl }: ServerProcess): Promise<number> {
  const sequences = await call<{ frame_count: number }[]>(`${baseUrl}/exr/sequences?limit=100`);
  return sequences.reduce((count, each) => count + each.frame_count, 0);
}

async function call<T>(url: string, body?: unknown): Promise<T> {
  const asked =
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url, asked);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
