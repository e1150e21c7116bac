import type { Asset } from '../rules/asset.ts';
import type { Embedder } from '../rules/embedding.ts';
import { shownMessageOf } from '../rules/job.ts';
import type { SearchableTranscript } from '../rules/searchable-transcript.ts';
import { isBeingWritten, type Version, writtenByAnother } from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import { embeddingJob, embedSegments, madeBy } from './segment-vectors.ts';
import { storeTranscript } from './transcript-store.ts';
import type { SearchReads } from '../repositories/operations.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';
import type { JobQueue } from '../repositories/job-queue.ts';

const EMBED_LATER_MS = 5_000;

interface IndexOptions {
  readonly signal?: AbortSignal;
  /** A version published after this time (Unix milliseconds) stays published: it is newer. */
  readonly yieldsToMs?: number;
  /** The origin of the transcript, for the asset. */
  readonly engine?: string;
  /**
   * Called with the reason why there are no vectors; the version is published nevertheless. Without it, a job is
   * enqueued to make them.
   */
  readonly onEmbeddingFailure?: (error: Error) => void;
}

/**
 * Makes a transcript searchable: chunks, segments, vectors, publication. Repeating it with the same transcript changes
 * nothing. If the embedder fails, the version is published as `index_partial`, and found by its words.
 */
export class Indexer {
  readonly #database: SearchDatabase;
  readonly #embedder: Embedder;
  readonly #queue: Pick<JobQueue, 'enqueueAnew'>;

  constructor(database: SearchDatabase, embedder: Embedder, queue: Pick<JobQueue, 'enqueueAnew'>) {
    this.#database = database;
    this.#embedder = embedder;
    this.#queue = queue;
  }

  /**
   * Throws AppError `not_found` where the version, or meanwhile the object, is gone, and `invalid_request` where another
   * transcript of this version has been published: a changed transcript is a new version.
   */
  async index(versionId: string, transcript: SearchableTranscript, options: IndexOptions = {}): Promise<Asset> {
    await storeTranscript(this.#database, versionId, transcript);
    return this.embed(versionId, { ...options, transcriptHash: transcript.hash });
  }

  /** Makes the vectors of segments that are stored already, and publishes the version. */
  async embed(versionId: string, options: IndexOptions & { readonly transcriptHash?: string } = {}): Promise<Asset> {
    try {
      await embedSegments(this.#database, this.#embedder, versionId, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      // An error of the tables would also meet the publication.
      if (error instanceof AppError) throw error;
      const failure = error instanceof Error ? error : new Error('there are no vectors', { cause: error });
      const asset = await this.#publish(versionId, 'index_partial', options, failure);
      if (options.onEmbeddingFailure === undefined) await this.#embedLater(asset.id, versionId);
      else options.onEmbeddingFailure(failure);
      return asset;
    }
    return this.#publish(versionId, 'indexed', options);
  }

  async #embedLater(assetId: string, versionId: string): Promise<void> {
    await this.#queue.enqueueAnew([embeddingJob({ id: versionId, assetId }, this.#embedder.model)], EMBED_LATER_MS);
  }

  async #publish(
    versionId: string,
    status: 'indexed' | 'index_partial',
    { engine, yieldsToMs = Infinity, transcriptHash }: IndexOptions & { readonly transcriptHash?: string },
    failure?: Error,
  ): Promise<Asset> {
    const lastError = failure === undefined ? null : shownMessageOf(failure);
    return this.#database.execute(async (tx) => {
      const version = await tx.getVersion(versionId);
      const isAnother = transcriptHash !== undefined && version?.transcriptHash !== transcriptHash;
      if (version?.publishState === 'STAGING' && (isAnother || isBeingWritten(version))) {
        throw writtenByAnother(versionId);
      }
      const made = madeBy(this.#embedder.model, version);
      const { assetId } = await tx.updateVersionStatus(versionId, { status, ...(status === 'indexed' && made) });
      const shown = await shownVersion(tx, assetId);
      if (shown !== undefined && shown.id !== versionId && (shown.publishedMs ?? 0) > yieldsToMs) {
        return tx.updateAssetStatus(assetId, { status: shown.status === 'index_partial' ? shown.status : 'indexed' });
      }
      const { bucket, key } = await tx.setCurrentVersion(assetId, versionId);
      if (engine !== undefined) await tx.upsertAsset({ bucket, key, engine });
      return tx.updateAssetStatus(assetId, { lastError });
    });
  }
}

async function shownVersion(reads: SearchReads, assetId: string): Promise<Version | undefined> {
  const asset = await reads.getAsset(assetId);
  const id = asset?.currentVersionId ?? null;
  return id === null ? undefined : reads.getVersion(id);
}
