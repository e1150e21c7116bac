import type { Logger } from 'pino';
import { withReserve } from '../../operation/disk-reserve.ts';
import type { Worker } from '../../operation/worker-loop.ts';
import { fillColumns } from '../../tams/column-backfill.ts';
import type { OpenFeature, Platform } from '../feature.ts';
import { SEARCH_BACKFILLS } from './repositories/life-backfill.ts';
import { searchRoutes } from './routes/search-routes.ts';
import { searchServicesOf } from './services/search-services.ts';
import type { SearchConfig } from './search-settings.ts';
import type { JobHandler } from './rules/job-queue.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { HttpTranscriber } from './providers/http-transcriber.ts';
import { openEmbedder } from './providers/open-embedder.ts';
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
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import type { LeaseKeeper } from '../../tams/leases/lease-keeper.ts';
import { embeddingWorker } from './workers/embedding-worker.ts';
import { housekeepingWorker } from './workers/housekeeping-worker.ts';
import { JobWorker } from './workers/job-worker.ts';
import { WatchWorker } from './workers/watch-worker.ts';
import { searchSources } from './search-metrics.ts';

/** Media search over the tables and the media stores. */
export async function openSearch(platform: Platform, config: SearchConfig): Promise<OpenFeature> {
  const { manager, store, settings, logger } = platform;
  if (settings.classes) await withReserve(() => fillLives(manager, logger));
  const { workers, ...parts } = openParts(platform, config);
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
    workers,
    takesObjects: (places) => events.handleAll(places),
    metrics: searchSources(queue, queueControl, () => outdated.count(embedder.model)),
    close: () => database.close(),
  };
}

async function fillLives(manager: VastDBManager, logger: Logger): Promise<void> {
  const rows = await fillColumns(manager, SEARCH_BACKFILLS, logger);
  if (rows > 0) logger.info({ rows }, 'noted whom search assets that were here before belong to');
}

function openParts({ manager, store, media, leases, settings, logger }: Platform, config: SearchConfig) {
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
  const workers = buildWorkers(config, { queue, queueControl, database, storage, events, leases, job, upkeep }, logger);
  return { database, queue, queueControl, storage, embedder, indexer, events, outdated, workers };
}

interface WorkerNeeds {
  readonly queue: JobQueue;
  readonly queueControl: QueueControl;
  readonly database: SearchDatabase;
  readonly storage: ObjectStorage;
  readonly events: ObjectEvents;
  readonly leases: LeaseKeeper;
  readonly job: IndexJob;
  readonly upkeep: EmbeddingUpkeep;
}

function buildWorkers(config: SearchConfig, needs: WorkerNeeds, logger: Logger): Worker[] {
  const { queue, queueControl, database, storage, events, leases, job, upkeep } = needs;
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
