import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import type { Worker } from '../../operation/worker-loop.ts';
import { backfill, fillColumns } from '../../tams/column-backfill.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { searchServicesOf } from './services/search-services.ts';
import type { SearchConfig } from './search-settings.ts';
import type { JobHandler, QueueStats } from './rules/job.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { HttpTranscriber } from './providers/http-transcriber.ts';
import { openEmbedder } from './providers/embedders.ts';
import { EmbeddingUpkeep } from './services/embedding-upkeep.ts';
import { IndexJob } from './services/index-job.ts';
import { Indexer } from './services/indexer.ts';
import { ObjectContents } from './services/object-content.ts';
import { ObjectEvents } from './services/object-events.ts';
import { TamsLinks } from './services/tams-links.ts';
import { TranscriptSource } from './services/transcript-source.ts';
import type { MediaStores } from '../../media/media-store-registry.ts';
import { ObjectStorage } from './repositories/object-storage.ts';
import { OutdatedVectors } from './repositories/outdated-vectors.ts';
import { JobQueue } from './repositories/job-queue.ts';
import { QueueControl } from './repositories/queue-control.ts';
import { SearchDatabase } from './repositories/search-database.ts';
import type { TableDefinition } from '../../vastdb/engine.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { embeddingWorker, housekeepingWorker, JobWorker, WatchWorker } from './search-workers.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { ASSETS, VISIBLE_EMBEDDINGS, VISIBLE_SEGMENTS } from './search-tables.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { searchAssets } from './routes/assets.ts';
import type { SearchContext } from './routes/search-context.ts';
import { searchQueries } from './routes/search.ts';
import { searchTranscripts } from './routes/transcripts.ts';
import { searchQueue, searchTriage } from './routes/triage.ts';
import { searchVersions } from './routes/versions.ts';

/** Media search over the tables and the media stores. */
export async function openSearch(platform: Platform, config: SearchConfig): Promise<OpenFeature> {
  const { manager, store, settings, logger } = platform;
  if (settings.classes) await withReserve(() => fillLives(manager, logger));
  const parts = openParts(platform, config);
  const { database, queue, queueControl, outdated, embedder, events } = parts;
  const servicesOf = searchServicesOf({ ...parts, buckets: settings.media.buckets }, store, settings.classes);
  return {
    tags: [
      {
        name: 'MediaSearch',
        description: 'Search of speech in media, with its place on the timelines of flows; not a part of TAMS.',
      },
    ],
    routes: (app, context) => searchRoutes(app, { ...context, search: (request) => servicesOf(request) }),
    workers: workersOf(parts, platform, config),
    takesObjects: (places) => events.handleAll(places),
    metrics: searchSources(queue, queueControl, () => outdated.count(embedder.model)),
    close: () => database.close(),
  };
}

async function fillLives(manager: VastDBManager, logger: Logger): Promise<void> {
  const rows = await fillColumns(manager, SEARCH_BACKFILLS, logger);
  if (rows > 0) logger.info({ rows }, 'noted whom search assets that were here before belong to');
}

function openParts({ manager, store, media, settings, logger }: Platform, config: SearchConfig) {
  const { buckets } = settings.media;
  const database = new SearchDatabase(manager, config.dimension);
  const queue = new JobQueue(manager, logger);
  const queueControl = new QueueControl(manager);
  const storage = new ObjectStorage(storesByBucket(buckets, media), manager);
  const embedder = openEmbedder(config.embedder, config.dimension);
  const indexer = new Indexer(database, embedder, queue);
  const transcriber = config.transcriber && new HttpTranscriber(config.transcriber);

  const contents = new ObjectContents(storage);
  const links = new TamsLinks(store, buckets);
  const names = new Set(Object.keys(buckets));
  const transcribes = transcriber !== undefined;
  const events = new ObjectEvents({ database, queue, contents, links, buckets: names, transcribes });
  const transcripts = new TranscriptSource(storage, transcriber);
  const outdated = new OutdatedVectors(manager);
  const upkeep = new EmbeddingUpkeep({ database, outdated, queue, embedder });
  const waitsForFlow = settings.classes;
  const job = new IndexJob({ database, queue, links, indexer, upkeep, contents, events, transcripts, waitsForFlow });
  return { database, queue, queueControl, storage, embedder, events, outdated, upkeep, job };
}

function workersOf(
  { queue, queueControl, database, storage, events, upkeep, job }: ReturnType<typeof openParts>,
  { leases, logger }: Platform,
  config: SearchConfig,
): Worker[] {
  const options = { concurrency: config.workers, timeoutMs: config.jobTimeoutMs };
  const { watchIntervalMs: intervalMs } = config;
  const run: JobHandler = (claimed, signal) => job.run(claimed, signal);
  return [
    ...(config.workers > 0 ? [new JobWorker(queue, run, options, logger)] : []),
    embeddingWorker(upkeep, leases, logger),
    ...config.watched.map((place) => new WatchWorker(storage, events, leases, { ...place, intervalMs }, logger)),
    housekeepingWorker(database, queueControl, leases, config.retentionMs, logger),
  ];
}

function storesByBucket(buckets: Readonly<Record<string, string>>, media: MediaStores): Map<string, MediaStore> {
  const stores = new Map<string, MediaStore>();
  for (const [bucket, storageId] of Object.entries(buckets)) {
    const store = media.get(storageId);
    if (store !== undefined) stores.set(bucket, store);
  }
  return stores;
}

/** How long a reading is reused, however often scrapers and people ask. */
const KEPT_MS = 5_000;

interface Reading {
  readonly stats: QueueStats;
  readonly waitedMs: number;
  readonly outdated: number;
}

/** Metrics of media search. */
function searchSources(
  queue: Pick<JobQueue, 'stats'>,
  control: Pick<QueueControl, 'waitedMs'>,
  countOutdated: () => Promise<number>,
): MetricSource[] {
  let latest: { at: number; reading: Promise<Reading> } | undefined;
  const read = (): Promise<Reading> => {
    const now = performance.now();
    if (latest === undefined || now - latest.at > KEPT_MS) {
      const all = Promise.all([queue.stats(), control.waitedMs(), countOutdated()]);
      const reading = all.then(([stats, waitedMs, outdated]) => ({ stats, waitedMs, outdated }));
      latest = { at: now, reading };
    }
    return latest.reading;
  };
  return [
    {
      name: 'tams_search_jobs',
      help: 'Jobs of media search, by state; those that failed and wait to be tried again are waiting, too.',
      type: 'gauge',
      across: 'shared',
      read: async () => {
        const { stats } = await read();
        return Object.entries(stats).map(([state, value]: [string, number]) => ({ labels: { state }, value }));
      },
    },
    {
      name: 'tams_search_jobs_wait_seconds',
      help: 'For how long the oldest job has been waiting although it could be done.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).waitedMs / 1000 }],
    },
    {
      name: 'tams_search_versions_without_vectors',
      help: 'Published versions without vectors of the present embedding model: they are found by their words alone.',
      type: 'gauge',
      across: 'shared',
      read: async () => [{ value: (await read()).outdated }],
    },
  ];
}

/** Assets from before the column belong to the life named like their flow's id (docs/adr/0022-lives-of-a-flow.md). */
const SEARCH_BACKFILLS = [ASSETS, VISIBLE_SEGMENTS, VISIBLE_EMBEDDINGS].map(
  (table: TableDefinition<{ readonly flow_id: string | null }>) =>
    backfill(table, { columns: ['flow_life'], from: ['flow_id'], cellsOf: ([flowId]) => [flowId] }),
);

/** Media search: finds speech, and the flow that holds it. Beyond TAMS. */
async function searchRoutes(app: TamsApp, context: SearchContext): Promise<void> {
  searchQueries(app, context);
  searchAssets(app, context);
  searchVersions(app, context);
  searchTriage(app, context);
  searchQueue(app, context);
  await app.register(async (scope) => {
    searchTranscripts(scope, context);
  });
}
