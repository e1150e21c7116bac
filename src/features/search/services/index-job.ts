import type { Asset } from '../rules/asset.ts';
import { type ClaimedJob, shownMessageOf } from '../rules/job.ts';
import type { Version } from '../rules/version.ts';
import { backoffMs } from '../../../shared/retry.ts';
import { AppError } from '../../../shared/errors.ts';
import type { EmbeddingUpkeep } from './embedding-upkeep.ts';
import type { Indexer } from './indexer.ts';
import type { ObjectContents } from './object-content.ts';
import type { ObjectEvents } from './object-events.ts';
import type { TamsLinks } from './tams-links.ts';
import { ContentChanged, type TranscriptSource } from './transcript-source.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobQueue } from '../repositories/job-queue.ts';

/**
 * First pause between looks for a flow that uses the object; it doubles each time, until the object is reclaimed as
 * unused.
 */
const LOOK_AGAIN = { baseMs: 2_000, maxMs: 3_600_000, jitter: 0 };

interface Needs {
  readonly database: SearchDatabase;
  readonly queue: Pick<JobQueue, 'enqueue'>;
  readonly links: Pick<TamsLinks, 'find'>;
  readonly indexer: Indexer;
  readonly upkeep: Pick<EmbeddingUpkeep, 'refresh'>;
  readonly contents: ObjectContents;
  readonly events: ObjectEvents;
  readonly transcripts: TranscriptSource;
  /** An object of TAMS is indexed only once a flow uses it: before, nobody knows who may see it. */
  readonly waitsForFlow: boolean;
}

/**
 * Makes a version of an asset searchable, continuing an earlier attempt. If the job names a model, makes the vectors of
 * a published version again.
 */
export class IndexJob {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /**
   * Resolves where the version is indexed, or there is nothing to be done about it any more: its object is gone or
   * another, or a person has decided otherwise. Rejects with why it is not indexed, or is so in part only.
   */
  async run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    try {
      await this.#run(job, signal);
    } catch (error) {
      signal.throwIfAborted();
      await this.#note(job, error);
      throw error;
    }
  }

  async #run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { database, indexer, transcripts, contents } = this.#needs;
    const asset = await database.getAsset(job.assetId);
    const version = job.versionId === null ? undefined : await database.getVersion(job.versionId);
    if (asset === undefined || version === undefined || isGone(asset, version)) return;
    if (job.enginePolicy !== null) return this.#needs.upkeep.refresh(version.id, job.enginePolicy, signal);
    const isPlaced = await this.#place(job, asset);
    if (!isPlaced && this.#needs.waitsForFlow) return;
    // Otherwise the first job does the rest.
    if (looksOf(job) > 0 && !this.#needs.waitsForFlow) return;
    if (asset.triageState === 'skipped' || version.status === 'indexed') return;
    if (await this.#hasFollower(job, asset, version)) return;
    let failed: Error | undefined;
    const onEmbeddingFailure = (error: Error): void => {
      failed = error;
    };
    const options = { signal, onEmbeddingFailure, yieldsToMs: job.enqueuedMs };
    if (version.status === 'embedding' || version.status === 'index_partial') {
      await indexer.embed(version.id, options);
    } else {
      const { bucket, key } = asset;
      const content = await contents.look(bucket, key);
      if (content === undefined || content === 'other' || content.etag !== version.etag) {
        return this.#giveWay(asset, version);
      }
      await database.execute(async (tx) => {
        await tx.updateAssetStatus(asset.id, { status: 'processing', attempt: job.attempt });
        await tx.updateVersionStatus(version.id, { status: 'transcribing' });
      });
      try {
        const { transcript, engine } = await transcripts.make(bucket, key, content, signal);
        await indexer.index(version.id, transcript, { ...options, engine });
      } catch (error) {
        if (error instanceof ContentChanged) return this.#giveWay(asset, version);
        throw error;
      }
    }
    // It can be found by its words; the vectors are worth another attempt.
    if (failed !== undefined) throw failed;
  }

  /**
   * Links the asset to the flow that uses its object. Returns whether it is linked; if not, a job looks again: objects
   * are uploaded before segments use them.
   */
  async #place(job: ClaimedJob, { id: assetId, bucket, key, link: known }: Asset): Promise<boolean> {
    const { database, queue, links } = this.#needs;
    const link = known ?? (await links.find(bucket, key));
    if (link === 'unused') {
      const looks = looksOf(job);
      const again = { idempotencyKey: `place:${job.id}`, assetId, versionId: job.versionId };
      const delayMs = backoffMs(looks + 1, LOOK_AGAIN);
      await queue.enqueue({ ...again, data: JSON.stringify({ looks: looks + 1 }) }, delayMs);
      return false;
    }
    if (link === undefined || link === known) return true;
    await database.execute(async (tx) => {
      const asset = await tx.getAsset(assetId);
      // Meanwhile a person may have said where it is, or the object may be gone.
      if (asset?.link === null && asset.tombstonedMs === null) await tx.upsertAsset({ bucket, key, link });
    });
    return true;
  }

  /** Whether another version was published since the job was enqueued: it is newer, or a person's own. */
  async #hasFollower(job: ClaimedJob, asset: Asset, version: Version): Promise<boolean> {
    const { database } = this.#needs;
    if (asset.currentVersionId === null || asset.currentVersionId === version.id) return false;
    const current = await database.getVersion(asset.currentVersionId);
    if ((current?.publishedMs ?? 0) <= job.enqueuedMs) return false;
    await database.updateVersionStatus(version.id, { status: 'failed' });
    return true;
  }

  /** Moves on to the version of the object's present content. */
  async #giveWay({ bucket, key }: Asset, version: Version): Promise<void> {
    await this.#needs.database.updateVersionStatus(version.id, { status: 'failed' });
    await this.#needs.events.handle(bucket, key);
  }

  async #note(job: ClaimedJob, error: unknown): Promise<void> {
    const lastError = shownMessageOf(error);
    try {
      await this.#needs.database.updateAssetStatus(job.assetId, { lastError, attempt: job.attempt });
    } catch (noteError) {
      // The asset was purged meanwhile; what made the job fail is what counts.
      if (!(noteError instanceof AppError && noteError.code === 'not_found')) throw noteError;
    }
  }
}

const isGone = (asset: Asset, version: Version): boolean =>
  asset.tombstonedMs !== null || version.publishState === 'SOFT_DELETED';

/** Number of earlier looks for a flow that found none; each look is a job of its own. */
const looksOf = ({ data }: ClaimedJob): number =>
  // The queue keeps the input of any kind of job as a text; this is one of ours.
  (JSON.parse(data) as { looks?: number }).looks ?? 0;
