import type { AssetStatus } from '../rules/asset.ts';
import type { Embedder } from '../rules/embedding.ts';
import type { JobStatus } from '../rules/job.ts';
import type { OutdatedVersion } from '../rules/version.ts';
import { embeddingJob, embedSegments } from './segment-vectors.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobQueue } from '../repositories/job-queue.ts';
import type { OutdatedVectors } from '../repositories/outdated-vectors.ts';

/** Most jobs that wait or run at a time: new media wait for no more than these. */
const JOBS_AT_ONCE = 500;

const ENDED: ReadonlySet<JobStatus> = new Set(['completed', 'dead']);

const SHOWN: ReadonlySet<AssetStatus> = new Set(['indexed', 'index_partial']);

interface Needs {
  readonly database: SearchDatabase;
  readonly outdated: OutdatedVectors;
  readonly queue: Pick<JobQueue, 'enqueueAnew'>;
  readonly embedder: Embedder;
}

/** Makes vectors of the present model for published versions after the model was changed. */
export class EmbeddingUpkeep {
  readonly #needs: Needs;
  readonly #startedMs = Date.now();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** One query: the whole cost when there is nothing to do. */
  async isNeeded(): Promise<boolean> {
    const { outdated, embedder } = this.#needs;
    return (await outdated.page(embedder.model, '', 1)).length > 0;
  }

  /**
   * Enqueues jobs for the first of the versions without vectors, where none wait or run for them. Jobs that were given
   * up are left to people. Returns how many jobs wait or run then.
   *
   * Rejects with what the embedder does while it makes no vectors: every job would fail.
   */
  async enqueue(): Promise<number> {
    const { outdated, queue, embedder } = this.#needs;
    const { model } = embedder;
    if (!(await outdated.isPresent(model, this.#startedMs))) return 0;
    await embedder.embed(['speech']);
    let open = 0;
    let page: OutdatedVersion[];
    let after = '';
    do {
      page = await outdated.page(model, after, JOBS_AT_ONCE);
      const jobs = page.map((version) => embeddingJob(version, model));
      const enqueued = page.length === 0 ? [] : await queue.enqueueAnew(jobs, 0);
      open += enqueued.filter(({ status }) => !ENDED.has(status)).length;
      after = page.at(-1)?.id ?? '';
    } while (page.length === JOBS_AT_ONCE && open < JOBS_AT_ONCE);
    return open;
  }

  /**
   * Makes the vectors of a published version, which stays published meanwhile. Once all are there, those of the
   * previous model are removed. A job with the model of an older setting does nothing.
   */
  async refresh(versionId: string, model: string, signal: AbortSignal): Promise<void> {
    const { database, outdated, embedder } = this.#needs;
    const version = await database.getVersion(versionId);
    if (model !== embedder.model || version?.publishState !== 'ACTIVE') return;
    const { embeddingModel: before } = version;
    if (before === model) return;
    const { segments, embeddings } = await database.versionSize(version, model);
    if (embeddings < segments) await embedSegments(database, embedder, versionId, signal);
    if (before !== null) await outdated.removeVectors(version, before);
    await database.execute(async (tx) => {
      const { assetId } = await tx.updateVersionStatus(versionId, { status: 'indexed', embeddingModel: model });
      const asset = await tx.getAsset(assetId);
      // If a next version waits or failed, the status of the asset is about that one.
      if (asset?.currentVersionId !== versionId || !SHOWN.has(asset.status)) return;
      const done = { status: 'indexed', triageState: 'none', lastError: null, recommendedAction: null } as const;
      await tx.updateAssetStatus(assetId, done);
    });
  }
}
