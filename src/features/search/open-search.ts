import type { Logger } from 'pino';
import type { Config } from '../../settings.ts';
import type { EmbedderConfig, SearchConfig } from './search-settings.ts';
import type { Embedder } from './rules/embedding.ts';
import type { JobHandler } from './rules/job-queue.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { Store } from '../../tams/store.ts';
import type { MetricSource } from '../../operation/metrics/metric-source.ts';
import { HttpEmbedder } from './providers/http-embedder.ts';
import { HttpTranscriber } from './providers/http-transcriber.ts';
import { OnnxEmbedder } from './providers/onnx-embedder.ts';
import { HashingEmbedder } from './rules/hashing-embedder.ts';
import { EmbeddingUpkeep } from './services/embedding-upkeep.ts';
import { IndexJob } from './services/index-job.ts';
import { Indexer } from './services/indexer.ts';
import { ObjectContents } from './services/object-content.ts';
import { ObjectEvents } from './services/object-events.ts';
import { TamsLinks } from './services/tams-links.ts';
import { TranscriptSource } from './services/transcript-source.ts';
import type { MediaStores } from '../../media/media-store-registry.ts';
import { MediaObjectStorage } from './repositories/media-object-storage.ts';
import { OutdatedVectors } from './repositories/outdated-vectors.ts';
import { TableJobQueue } from './repositories/table-job-queue.ts';
import { TableQueueControl } from './repositories/table-queue-control.ts';
import { TableSearchDatabase } from './repositories/table-search-database.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import type { LeaseKeeper } from '../../vastdb/leases/lease-keeper.ts';
import { embeddingWorker } from './workers/embedding-worker.ts';
import { housekeepingWorker } from './workers/housekeeping-worker.ts';
import { JobWorker } from './workers/job-worker.ts';
import { WatchWorker } from './workers/watch-worker.ts';
import type { WorkerStatus } from '../../operation/worker-loop.ts';
import { searchSources } from './search-metrics.ts';

/** The ports of media search over the tables and the media stores, and what works on them. */
export interface SearchParts {
  readonly database: TableSearchDatabase;
  readonly queue: TableJobQueue;
  readonly queueControl: TableQueueControl;
  readonly storage: MediaObjectStorage;
  readonly embedder: Embedder;
  readonly indexer: Indexer;
  readonly events: ObjectEvents;
  workers(): readonly WorkerStatus[];
  readonly sources: readonly MetricSource[];
  start(): void;
  /** Ends the workers, whose jobs go to others, and what was opened here. */
  stop(): Promise<void>;
}

interface Needs {
  readonly manager: VastDBManager;
  readonly store: Store;
  readonly media: MediaStores;
  readonly leases: LeaseKeeper;
}

/** Undefined where there is no media search. */
export function openSearch(
  { manager, store, media, leases }: Needs,
  { search, auth }: Config,
  logger: Logger,
): SearchParts | undefined {
  if (!search.enabled) return undefined;
  const database = new TableSearchDatabase(manager, search.dimension);
  const queue = new TableJobQueue(manager, logger);
  const queueControl = new TableQueueControl(manager);
  const storage = new MediaObjectStorage(storesByBucket(search.buckets, media), manager);
  const embedder = openEmbedder(search.embedder, search.dimension);
  const indexer = new Indexer(database, embedder, queue);
  const transcriber = search.transcriber && new HttpTranscriber(search.transcriber);

  const contents = new ObjectContents(storage);
  const links = new TamsLinks(store, search.buckets);
  const buckets = new Set(Object.keys(search.buckets));
  const transcribes = transcriber !== undefined;
  const events = new ObjectEvents({ database, queue, contents, links, buckets, transcribes });
  const transcripts = new TranscriptSource(storage, transcriber);
  const outdated = new OutdatedVectors(manager);
  const upkeep = new EmbeddingUpkeep({ database, outdated, queue, embedder });
  const waitsForFlow = auth.classes;
  const job = new IndexJob({ database, queue, links, indexer, upkeep, contents, events, transcripts, waitsForFlow });
  const workers = buildWorkers(search, { queue, queueControl, database, storage, events, leases, job, upkeep }, logger);
  return {
    database,
    queue,
    queueControl,
    storage,
    embedder,
    indexer,
    events,
    workers: () => workers.map(({ status }) => status),
    sources: searchSources(queue, queueControl, () => outdated.count(embedder.model)),
    start: () => {
      for (const worker of workers) worker.start();
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await database.close();
    },
  };
}

interface Worker {
  readonly status: WorkerStatus;
  start(): void;
  stop(): Promise<void>;
}

interface WorkerNeeds extends Pick<SearchParts, 'queue' | 'queueControl' | 'database' | 'storage' | 'events'> {
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

function openEmbedder(config: EmbedderConfig, dimension: number): Embedder {
  if (config.type === 'http') return new HttpEmbedder({ ...config, dimension });
  if (config.type === 'onnx') return new OnnxEmbedder(config.modelDir, dimension);
  return new HashingEmbedder(dimension);
}

function storesByBucket(buckets: Readonly<Record<string, string>>, media: MediaStores): Map<string, MediaStore> {
  const stores = new Map<string, MediaStore>();
  for (const [bucket, storageId] of Object.entries(buckets)) {
    const store = media.get(storageId);
    if (store !== undefined) stores.set(bucket, store);
  }
  return stores;
}
