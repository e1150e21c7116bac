import { type Asker, byClasses } from '../../../tams/access/by-classes.ts';
import type { JobQueue } from '../repositories/job-queue.ts';
import type { QueueControl } from '../repositories/queue-control.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { Embedder } from '../rules/embedding.ts';
import { AssetService, type IsHidden } from './asset-service.ts';
import { Indexer } from './indexer.ts';
import { QueryService } from './query-service.ts';
import { QueueService } from './queue-service.ts';
import { TranscriptService } from './transcript-service.ts';
import { TriageService } from './triage-service.ts';
import { VersionService } from './version-service.ts';
import type { VastStore } from '../../../tams/vast-store.ts';

/** Media search, a service per resource. */
export interface SearchServices {
  readonly queries: QueryService;
  readonly assets: AssetService;
  readonly versions: VersionService;
  readonly transcripts: TranscriptService;
  readonly triage: TriageService;
  readonly queue: QueueService;
}

interface SearchParts {
  /** Ids of the storage backends, by the names of their buckets. */
  readonly buckets: Readonly<Record<string, string>>;
  readonly database: SearchDatabase;
  readonly queue: JobQueue;
  readonly queueControl: QueueControl;
  readonly embedder: Embedder;
}

/** The services of media search as a principal may use them: over everything, unless classes limit it. */
export function searchServicesOf(
  parts: SearchParts,
  store: VastStore,
  classesOn: boolean,
): (asker: Asker) => SearchServices {
  const forAll = build(parts, parts.database, store, () => Promise.resolve(false));
  return byClasses(classesOn, forAll, (limits) => {
    const view = store.limitedTo(limits);
    const isHidden = async (bucket: string, key: string): Promise<boolean> => {
      const storageId = parts.buckets[bucket];
      if (storageId === undefined) return false;
      const place = { storageId, storagePath: key };
      return (await store.objects.findAt(place)) !== undefined && (await view.objects.findAt(place)) === undefined;
    };
    return build(parts, parts.database.limitedTo(limits), view, isHidden);
  });
}

function build(
  { embedder, queue, queueControl }: SearchParts,
  database: SearchDatabase,
  { flows }: Pick<VastStore, 'flows'>,
  isHidden: IsHidden,
): SearchServices {
  return {
    queries: new QueryService(database, embedder),
    assets: new AssetService(database, flows, isHidden),
    versions: new VersionService(database, embedder.model),
    transcripts: new TranscriptService(database, new Indexer(database, embedder, queue)),
    triage: new TriageService(database, queueControl),
    queue: new QueueService(database, queue, queueControl),
  };
}
