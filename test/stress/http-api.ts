import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildDataset } from '../bench/support/dataset.ts';
import { STORAGE_ID } from '../bench/support/object-store-stub.ts';
import { startServer } from '../bench/support/server-process.ts';
import { ApiClient } from './http/api-client.ts';
import { checkOverHttp, checkTables } from './http/final-checks.ts';
import { flowBody, liveAndDie, nonsense, putTag } from './http/flow-actions.ts';
import { download, listFlows, listSegments, readFlow, readWindow } from './http/read-actions.ts';
import type { Action, StressWorld } from './http/stress-world.ts';
import { TimelineModel } from './http/timeline-model.ts';
import { deleteRange, postSegments } from './http/write-actions.ts';
import { MemoryWatch } from './support/memory-watch.ts';
import type { Random } from './support/random.ts';
import type { StressReport } from './support/stress-report.ts';

const CONNECTIONS = 64;
const WRITTEN_FLOWS = 12;
const ARCHIVE_FLOWS = 20;
const MIN_ARCHIVE_PER_FLOW = 500;
const MAX_ARCHIVE_PER_FLOW = 50_000;
/** Of the archive's flows, for each second of the run. */
const ARCHIVE_PER_SECOND = 250;

/** Small limits, so that caches overflow, deletions become requests, and objects are reclaimed within the run. */
const SERVER_ENV = {
  URL_CACHE_MAX: '2000',
  DELETE_SYNC_MAX: '20',
  RECLAIM_GRACE_S: '1',
  SQLITE_CACHE_MIB: '32',
} as const;

/** What the clients do, and how many of them do only that. */
const CLIENTS: readonly (readonly [count: number, action: Action])[] = [
  [20, postSegments],
  [4, deleteRange],
  [8, listSegments],
  [14, readWindow],
  [6, readFlow],
  [2, listFlows],
  [4, download],
  [2, liveAndDie],
  [1, nonsense],
];
const TAG_WRITERS = 3;
const THINK_MS = 1;

/** The whole server in a process of its own, under clients that write, read and delete at the same time. */
export async function stressHttpApi(
  directory: string,
  random: Random,
  seconds: number,
  report: StressReport,
): Promise<void> {
  const dataDir = join(directory, 'http');
  await mkdir(dataDir);
  const segmentsPerFlow = Math.min(
    MAX_ARCHIVE_PER_FLOW,
    Math.max(MIN_ARCHIVE_PER_FLOW, Math.round(seconds * ARCHIVE_PER_SECOND)),
  );
  const archive = { flows: ARCHIVE_FLOWS, segmentsPerFlow, allocatedPerFlow: 0, storageId: STORAGE_ID };
  await buildDataset(dataDir, archive);
  const backendsFile = join(directory, 'backends.json');
  const backend = { type: 'local', id: STORAGE_ID, label: 'local', default_storage: true, path: 'media' };
  await writeFile(backendsFile, JSON.stringify([backend]));
  report.fact(`archive: ${(ARCHIVE_FLOWS * segmentsPerFlow).toLocaleString('en')} segments in ${ARCHIVE_FLOWS} flows`);

  const server = await startServer({ ...SERVER_ENV, DATA_DIR: dataDir, STORAGE_BACKENDS_FILE: backendsFile });
  const client = new ApiClient(server.baseUrl, report, CONNECTIONS);
  const models = Array.from({ length: WRITTEN_FLOWS }, () => new TimelineModel(random.uuid()));
  const world: StressWorld = { client, report, models, archive, uploads: new Map() };
  try {
    for (const { flowId } of models) {
      const json = flowBody(flowId, random.uuid(), 'Written by many');
      await client.call('PUT flow', `/flows/${flowId}`, [201], { method: 'PUT', json });
    }
    const memory = new MemoryWatch(server);
    try {
      await runClients(world, random, seconds);
    } finally {
      memory.stop(report);
    }
    await checkOverHttp(world, random);
  } finally {
    client.close();
    await server.close();
  }
  await checkTables(world, dataDir);
}

async function runClients(world: StressWorld, random: Random, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const actions = [
    ...CLIENTS.flatMap(([count, action]) => Array.from({ length: count }, () => action)),
    ...Array.from({ length: TAG_WRITERS }, (_, writer) => putTag(`writer-${writer}`)),
  ];
  await Promise.all(
    actions.map(async (action) => {
      const own = random.fork();
      while (performance.now() < until) {
        await action(world, own);
        // An action that found nothing to do must not keep the others from doing theirs.
        await pause(THINK_MS);
      }
    }),
  );
}
