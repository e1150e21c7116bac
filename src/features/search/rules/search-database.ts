import type { Limits } from '../../../tams/access/rights.ts';
import type { Asset, AssetInput, AssetStatusChange } from './asset.ts';
import type { Embedding, EmbeddingInput } from './embedding.ts';
import type { DeadLetter, DeadLetterInput } from './job.ts';
import type { HybridQuery, KeywordQuery, SearchResult, SemanticQuery } from './search-query.ts';
import type { SearchListings } from './search-listings.ts';
import type { TranscriptSegment, TranscriptSegmentInput } from './transcript-segment.ts';
import type { Version, VersionInput, VersionStatusChange, Visibility } from './version.ts';

export interface SearchReads {
  getAsset(assetId: string): Promise<Asset | undefined>;
  getAssetByBucketAndKey(bucket: string, key: string): Promise<Asset | undefined>;
  getVersion(versionId: string): Promise<Version | undefined>;
  /** Whether the version was indexed, fully or partly. */
  isVersionProcessed(versionId: string): Promise<boolean>;
  /** In the order of their starts; of one chunking, or of all. */
  getTranscriptSegments(versionId: string, chunking?: string): Promise<TranscriptSegment[]>;
  /** The ids of present segments of another chunking, and of this one from this position on. */
  segmentsBeyond(versionId: string, chunking: string, position: number): Promise<string[]>;
  getEmbeddings(versionId: string, model: string): Promise<Embedding[]>;
  /** The newest first. */
  listDeadLetters(limit: number, offset: number): Promise<DeadLetter[]>;
}

/**
 * Everything that an operation changes is changed in one transaction: the one that it is called on, or one of its own.
 * Operations on something that does not exist throw AppError `not_found`.
 */
interface SearchWrites {
  /** Inserts or updates by bucket and key. An asset that was removed is back, with nothing to show until it is published. */
  upsertAsset(input: AssetInput): Promise<Asset>;
  updateAssetStatus(assetId: string, change: AssetStatusChange): Promise<Asset>;
  /** Records that the object is gone: searches no longer show the asset. */
  tombstoneAsset(assetId: string): Promise<Asset>;
  /** Publishes: archives the previous version, activates this one, and makes it the current one. Atomic. */
  setCurrentVersion(assetId: string, versionId: string): Promise<Asset>;

  /** Returns the version of this asset and etag: a new one, or the one that is there. One that was removed is STAGING again. */
  createVersion(input: VersionInput): Promise<Version>;
  updateVersionStatus(versionId: string, change: VersionStatusChange): Promise<Version>;

  /**
   * Inserts or updates by version, chunking and position. Segments of a version that has been published can be repeated
   * but not changed: that is a new version. Throws AppError `invalid_request`; and `transcript_being_put` where the version
   * is STAGING and says that the segments to be put are those of another transcript than this one.
   */
  upsertTranscriptSegments(
    versionId: string,
    segments: readonly TranscriptSegmentInput[],
    transcriptHash?: string,
  ): Promise<number>;
  setTranscriptVisibility(versionId: string, visibility: Visibility): Promise<void>;
  /** Removes these segments, or all of the version, and their embeddings from searches. Returns their number. */
  softDeleteTranscriptSegments(versionId: string, segmentIds?: readonly string[]): Promise<number>;

  /** Inserts or updates by segment and model. The segments must exist. */
  upsertEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number>;
  setEmbeddingVisibility(versionId: string, visibility: Visibility): Promise<void>;
  softDeleteEmbeddings(versionId: string, segmentIds?: readonly string[]): Promise<number>;

  addDeadLetter(input: DeadLetterInput): Promise<DeadLetter>;
  /** False where there is none. */
  removeDeadLetter(id: string): Promise<boolean>;
}

export type SearchOperations = SearchReads & SearchWrites;

/** One transaction that is open across calls. It ends by `commit` or `rollback`, or by itself when it takes too long. */
export type SearchTransaction = SearchOperations;

/** Assets, versions, transcripts and embeddings, and the search over the published ones. */
export interface SearchDatabase extends SearchOperations, SearchListings {
  /**
   * The view of these classes: assets of flows that they may see. Nothing else exists in it
   * (docs/adr/0015-access-by-tags.md). It is closed with the database that it is a view of.
   */
  limitedTo(limits: Limits): SearchDatabase;
  /**
   * Opens a transaction. It holds up other writers, so its caller does nothing else meanwhile; after a few seconds without
   * a call it is rolled back. `execute` is to be preferred: that is repeated after a conflict, this is not.
   */
  begin(): Promise<SearchTransaction>;
  commit(transaction: SearchTransaction): Promise<void>;
  rollback(transaction: SearchTransaction): Promise<void>;
  /** Runs `work` in a transaction. It may run more than once, and awaits nothing but the transaction. */
  execute<T>(work: (transaction: SearchTransaction) => Promise<T>): Promise<T>;

  keywordSearch(query: KeywordQuery): Promise<SearchResult>;
  semanticSearch(query: SemanticQuery): Promise<SearchResult>;
  hybridSearch(query: HybridQuery): Promise<SearchResult>;

  /**
   * Removes versions that have been archived or removed since before this time, with all that belongs to them; likewise those
   * that were never published, have not changed since then, and have no job that is to be done or was given up.
   */
  purgeVersions(beforeMs: number): Promise<number>;
  /** Removes assets whose objects have been gone since before this time, and that have no versions any more. */
  purgeTombstonedAssets(tombstonedBeforeMs: number): Promise<number>;
  health(): Promise<void>;
  /** Ends its threads and transactions; the tables are closed by their owner. */
  close(): Promise<void>;
}
