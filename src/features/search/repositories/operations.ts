import type { Asset, AssetInput, AssetStatusChange } from '../rules/asset.ts';
import type { EmbeddingInput } from '../rules/embedding.ts';
import {
  type TranscriptSegment,
  type TranscriptSegmentInput,
  type Version,
  type VersionInput,
  type VersionStatusChange,
  type Visibility,
  writtenByAnother,
} from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { ManagedTransaction } from '../../../vastdb/managed-transaction.ts';
import { type Access, FULL_ACCESS } from '../../../tams/access/access.ts';
import { assetNotFound, findAsset, lockAsset, updateAsset, writeAsset } from './assets.ts';
import { assetIdOf } from './content-ids.ts';
import { deleteDeadLetter } from './dead-letters.ts';
import { removeEmbeddings, writeEmbeddings } from './embeddings.ts';
import { publish, refreshVectors, refreshVisible, retire } from './publication.ts';
import {
  countSegments,
  findSegmentsBeyond,
  readSegments,
  removeSegments,
  SEGMENT_BATCH,
  writeSegments,
} from './segments.ts';
import { findVersion, getVersion, updateVersion, versionNotFound, writeVersion } from './versions.ts';

/** Limits a view: assets outside of it, and all that belongs to them, do not exist for it. */
export class SearchReads {
  readonly #reader: ManagedReader;
  readonly #access: Access;

  constructor(reader: ManagedReader, access: Access = FULL_ACCESS) {
    this.#reader = reader;
    this.#access = access;
  }

  getAsset(assetId: string): Promise<Asset | undefined> {
    return findAsset(this.#reader, assetId, this.#access);
  }

  getAssetByBucketAndKey(bucket: string, key: string): Promise<Asset | undefined> {
    return this.getAsset(assetIdOf(bucket, key));
  }

  async getVersion(versionId: string): Promise<Version | undefined> {
    const version = await findVersion(this.#reader, versionId);
    if (version === undefined || this.#access.classes === undefined) return version;
    return (await this.getAsset(version.assetId)) === undefined ? undefined : version;
  }

  /** In the order of their starts; of one chunking, or of all. */
  async getTranscriptSegments(versionId: string, chunking?: string): Promise<TranscriptSegment[]> {
    return readSegments(this.#reader, await this.versionInView(versionId), chunking);
  }

  /** The ids of present segments of another chunking, and of this one from this position on. */
  segmentsBeyond(versionId: string, chunking: string, position: number): Promise<string[]> {
    return findSegmentsBeyond(this.#reader, versionId, chunking, position);
  }

  /** Throws AppError `not_found`. */
  protected async versionInView(versionId: string): Promise<Version> {
    const version = await this.getVersion(versionId);
    if (version === undefined) throw versionNotFound(versionId);
    return version;
  }
}

/**
 * The operations of one transaction. Each locks the asset before it changes it or its dependents, and throws AppError
 * `not_found` for what does not exist.
 */
export class SearchOperations extends SearchReads {
  readonly #tx: ManagedTransaction;
  readonly #dimension: number;
  readonly #access: Access;

  constructor(tx: ManagedTransaction, dimension: number, access: Access = FULL_ACCESS) {
    super(tx, access);
    this.#tx = tx;
    this.#dimension = dimension;
    this.#access = access;
  }

  /** Inserts or updates by bucket and key. An asset that was removed is back, with nothing to show until it is published. */
  async upsertAsset(input: AssetInput): Promise<Asset> {
    const id = assetIdOf(input.bucket, input.key);
    if ((await findAsset(this.#tx, id)) !== undefined) await this.#checkInView(id);
    const asset = await writeAsset(this.#tx, input, Date.now());
    if (this.#access.classes !== undefined && asset.link === null) {
      throw new AppError(
        'outside_own_classes',
        'An asset on no flow could not be seen by who makes it; name its flow.',
      );
    }
    await refreshVisible(this.#tx, asset);
    return asset;
  }

  async updateAssetStatus(assetId: string, change: AssetStatusChange): Promise<Asset> {
    await this.#checkInView(assetId);
    return updateAsset(this.#tx, await lockAsset(this.#tx, assetId), change, Date.now());
  }

  /** Records that the object is gone: searches no longer show the asset. */
  async tombstoneAsset(assetId: string): Promise<Asset> {
    await this.#checkInView(assetId);
    return retire(this.#tx, assetId, Date.now());
  }

  /** Publishes: archives the previous version, activates this one, and makes it the current one. Atomic. */
  async setCurrentVersion(assetId: string, versionId: string): Promise<Asset> {
    await this.#checkInView(assetId);
    return publish(this.#tx, assetId, versionId, Date.now());
  }

  /** Returns the version of this asset and etag: a new one, or the one that is there. One that was removed is STAGING again. */
  async createVersion(input: VersionInput): Promise<Version> {
    await this.#checkInView(input.assetId);
    const asset = await lockAsset(this.#tx, input.assetId);
    const version = await writeVersion(this.#tx, input, Date.now());
    await refreshVisible(this.#tx, asset);
    return version;
  }

  updateVersionStatus(versionId: string, change: VersionStatusChange): Promise<Version> {
    return this.#changeVersion(versionId, change);
  }

  /**
   * Inserts or updates by version, chunking and position. Segments of a version that has been published can be repeated
   * but not changed: that is a new version. Throws AppError `invalid_request`; and `transcript_being_put` where the version
   * is STAGING and says that the segments to be put are those of another transcript than this one.
   */
  async upsertTranscriptSegments(
    versionId: string,
    segments: readonly TranscriptSegmentInput[],
    transcriptHash?: string,
  ): Promise<number> {
    let written = 0;
    const version = await this.#lockVersion(versionId);
    const isOurs = transcriptHash === undefined || version.transcriptHash === transcriptHash;
    if (version.publishState === 'STAGING' && !isOurs) throw writtenByAnother(versionId);
    for (let start = 0; start < segments.length; start += SEGMENT_BATCH) {
      written += await writeSegments(this.#tx, version, segments.slice(start, start + SEGMENT_BATCH));
    }
    return written;
  }

  async setTranscriptVisibility(versionId: string, visibility: Visibility): Promise<void> {
    await this.#changeVersion(versionId, { segmentVisibility: visibility });
  }

  /** Removes these segments, or all of the version, and their embeddings from searches. Returns their number. */
  async softDeleteTranscriptSegments(versionId: string, segmentIds?: readonly string[]): Promise<number> {
    if (segmentIds === undefined) {
      await this.#changeVersion(versionId, { segmentVisibility: 'SOFT_DELETED', embeddingVisibility: 'SOFT_DELETED' });
      return countSegments(this.#tx, versionId);
    }
    await this.#lockVersion(versionId);
    const nowMs = Date.now();
    await removeEmbeddings(this.#tx, versionId, segmentIds, nowMs);
    const removed = await removeSegments(this.#tx, versionId, segmentIds, nowMs);
    await refreshVectors(this.#tx, versionId);
    return removed;
  }

  /** Inserts or updates by segment and model. The segments must exist. */
  async upsertEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number> {
    let written = 0;
    const version = await this.#lockVersion(versionId);
    for (let start = 0; start < embeddings.length; start += SEGMENT_BATCH) {
      const batch = embeddings.slice(start, start + SEGMENT_BATCH);
      written += await writeEmbeddings(this.#tx, version, this.#dimension, batch);
    }
    await refreshVectors(this.#tx, versionId);
    return written;
  }

  async setEmbeddingVisibility(versionId: string, visibility: Visibility): Promise<void> {
    await this.#changeVersion(versionId, { embeddingVisibility: visibility });
  }

  /** False where there is none. */
  removeDeadLetter(id: string): Promise<boolean> {
    return deleteDeadLetter(this.#tx, id);
  }

  /** Throws AppError `not_found` for an asset that is not in the view. */
  async #checkInView(assetId: string): Promise<void> {
    if (this.#access.classes === undefined) return;
    if ((await findAsset(this.#tx, assetId, this.#access)) === undefined) throw assetNotFound(assetId);
  }

  async #lockVersion(versionId: string): Promise<Version> {
    const { assetId } = await this.versionInView(versionId);
    await lockAsset(this.#tx, assetId);
    return getVersion(this.#tx, versionId);
  }

  async #changeVersion(versionId: string, change: Partial<Version>): Promise<Version> {
    const { assetId } = await this.versionInView(versionId);
    const asset = await lockAsset(this.#tx, assetId);
    const version = await updateVersion(this.#tx, await getVersion(this.#tx, versionId), change, Date.now());
    await refreshVisible(this.#tx, asset);
    return version;
  }
}
