import { type Asker, byClasses } from '../../../tams/access/by-classes.ts';
import type { JobQueue } from '../repositories/job-queue.ts';
import type { SearchReads } from '../repositories/operations.ts';
import type { QueueControl } from '../repositories/queue-control.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { Embedder } from '../rules/embedding.ts';
import { AssetService, type IsHidden, presentAsset } from './asset-service.ts';
import { Indexer } from './indexer.ts';
import { QueryService } from './query-service.ts';
import { TranscriptService } from './transcript-service.ts';
import { VersionService } from './version-service.ts';
import type { VastStore } from '../../../tams/vast-store.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { DeadLetter, Job, QueueStats } from '../rules/job.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Asset } from '../rules/asset.ts';

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

interface QueueState extends QueueStats {
  readonly paused: boolean;
}

/** The queue of jobs as operators see and steer it; it is the same for all processes. */
class QueueService {
  readonly #database: SearchDatabase;
  readonly #queue: Pick<JobQueue, 'stats'>;
  readonly #control: QueueControl;

  constructor(database: SearchDatabase, queue: Pick<JobQueue, 'stats'>, control: QueueControl) {
    this.#database = database;
    this.#queue = queue;
    this.#control = control;
  }

  async state(): Promise<QueueState> {
    const [stats, paused] = await Promise.all([this.#queue.stats(), this.#control.isPaused()]);
    return { ...stats, paused };
  }

  async pause(): Promise<QueueState> {
    await this.#control.pause();
    return this.state();
  }

  async resume(): Promise<QueueState> {
    await this.#control.resume();
    return this.state();
  }

  deadLetters(page: PageRequest): Promise<Page<DeadLetter>> {
    return this.#database.pageOfDeadLetters(page);
  }

  /** Repeats the job. Throws AppError `not_found`. */
  requeue(deadLetterId: string): Promise<Job> {
    return this.#control.requeue(deadLetterId);
  }

  /** Deletes the dead letter; the job stays undone. */
  async removeDeadLetter(deadLetterId: string): Promise<void> {
    if (await this.#database.removeDeadLetter(deadLetterId)) return;
    throw new AppError('not_found', `There is no dead letter ${deadLetterId}.`);
  }
}

/** Decisions of people about assets that could not be indexed. */
export class TriageService {
  readonly #database: SearchDatabase;
  readonly #control: QueueControl;

  constructor(database: SearchDatabase, control: QueueControl) {
    this.#database = database;
    this.#control = control;
  }

  quarantined(page: PageRequest): Promise<Page<Asset>> {
    return this.#database.listAssets({ triageState: 'quarantined' }, page);
  }

  /** Repeats the failed jobs of the asset. */
  async retry(assetId: string): Promise<Asset> {
    await mustBeQuarantined(this.#database, assetId);
    if ((await this.#control.requeueAsset(assetId)) > 0) return presentAsset(this.#database, assetId);
    const problem = `No job of the asset ${assetId} was given up, so there is none to repeat; put its transcript, or skip it.`;
    throw new AppError('invalid_request', problem);
  }

  /** Leaves the asset as it is, without a transcript. */
  async skip(assetId: string): Promise<Asset> {
    return this.#database.execute(async (tx) => {
      await mustBeQuarantined(tx, assetId);
      return tx.updateAssetStatus(assetId, { triageState: 'skipped', status: 'skipped' });
    });
  }
}

async function mustBeQuarantined(reads: SearchReads, assetId: string): Promise<void> {
  const { triageState } = await presentAsset(reads, assetId);
  if (triageState === 'quarantined') return;
  throw new AppError('not_found', `The asset ${assetId} is not in quarantine.`);
}
