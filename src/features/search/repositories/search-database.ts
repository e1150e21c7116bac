import type { Limits } from '../../../tams/access/rights.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, AssetFilter, AssetInput, AssetStatusChange, VersionSize } from '../rules/asset.ts';
import type { EmbeddingInput } from '../rules/embedding.ts';
import type { DeadLetter } from '../rules/job.ts';
import type { HybridQuery, KeywordQuery, SearchResult, SemanticQuery } from '../rules/search-query.ts';
import type { TranscriptSegmentInput, Version, VersionInput, VersionStatusChange } from '../rules/version.ts';
import type { Lane } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { type Access, accessOf, FULL_ACCESS } from '../../../tams/access/access.ts';
import { listAssets, listVersions, pageOfDeadLetters, versionSize } from './listings.ts';
import { SearchOperations, SearchReads } from './operations.ts';
import { purgeRetired, purgeTombstoned, retireAbandoned } from './purge.ts';
import { Searches } from './searches.ts';
import { SEGMENT_BATCH } from './segments.ts';
import { VectorIndex } from './vector-index.ts';

/**
 * Assets, versions, transcripts and embeddings in the tables of `searchTables`, and the search over the published ones.
 * An operation is a transaction of its own, and throws AppError `not_found` for what does not exist. Listings are paged by
 * key, in order of creation: rows that are added meanwhile shift nothing.
 */
export class SearchDatabase extends SearchReads {
  readonly #manager: VastDBManager;
  readonly #dimension: number;
  readonly #access: Access;
  readonly #reader: ManagedReader;
  readonly #vectors: VectorIndex;
  readonly #searches: Searches;

  /** @param dimension of the table's vectors. Only `limitedTo` sets `view`. */
  constructor(manager: VastDBManager, dimension: number, view?: View) {
    const [reader, access] = [manager.reader(), view?.access ?? FULL_ACCESS];
    super(reader, access);
    const background = manager.reader('background');
    this.#manager = manager;
    this.#dimension = dimension;
    this.#access = access;
    this.#reader = reader;
    // The vectors are large: every view scans the same.
    this.#vectors = view?.vectors ?? new VectorIndex(background);
    this.#searches = new Searches(background, this.#vectors, dimension, this.#access);
  }

  /**
   * The view of these classes: assets of flows that they may see. Nothing else exists in it
   * (docs/adr/0015-access-by-tags.md). It is closed with the database that it is a view of.
   */
  limitedTo(limits: Limits): SearchDatabase {
    return new SearchDatabase(this.#manager, this.#dimension, {
      access: accessOf(limits),
      vectors: this.#vectors,
    });
  }

  /** Those whose objects are gone are left out. */
  listAssets(filter: AssetFilter, page: PageRequest): Promise<Page<Asset>> {
    return listAssets(this.#reader, this.#access, filter, page);
  }

  listVersions(assetId: string, page: PageRequest): Promise<Page<Version>> {
    return listVersions(this.#reader, assetId, page);
  }

  /** The newest first. */
  pageOfDeadLetters(page: PageRequest): Promise<Page<DeadLetter>> {
    return pageOfDeadLetters(this.#reader, page);
  }

  versionSize(version: Version, model?: string): Promise<VersionSize> {
    return versionSize(this.#reader, version, model);
  }

  /** Runs `work` in a transaction. It may run more than once, and awaits nothing but the transaction. */
  execute<T>(work: (transaction: SearchOperations) => Promise<T>): Promise<T> {
    return this.#transaction(work, 'interactive');
  }

  /** In batches, a transaction each: a long transcript would hold up other writers. Nothing of it is visible yet. */
  async upsertTranscriptSegments(
    versionId: string,
    segments: readonly TranscriptSegmentInput[],
    transcriptHash?: string,
  ): Promise<number> {
    return this.#inBatches(segments, (operations, batch) =>
      operations.upsertTranscriptSegments(versionId, batch, transcriptHash),
    );
  }

  /** In batches, as segments are; each vector is useful alone. */
  async upsertEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number> {
    return this.#inBatches(embeddings, (operations, batch) => operations.upsertEmbeddings(versionId, batch));
  }

  upsertAsset(input: AssetInput): Promise<Asset> {
    return this.execute((operations) => operations.upsertAsset(input));
  }

  updateAssetStatus(assetId: string, change: AssetStatusChange): Promise<Asset> {
    return this.execute((operations) => operations.updateAssetStatus(assetId, change));
  }

  tombstoneAsset(assetId: string): Promise<Asset> {
    return this.execute((operations) => operations.tombstoneAsset(assetId));
  }

  setCurrentVersion(assetId: string, versionId: string): Promise<Asset> {
    return this.execute((operations) => operations.setCurrentVersion(assetId, versionId));
  }

  createVersion(input: VersionInput): Promise<Version> {
    return this.execute((operations) => operations.createVersion(input));
  }

  updateVersionStatus(versionId: string, change: VersionStatusChange): Promise<Version> {
    return this.execute((operations) => operations.updateVersionStatus(versionId, change));
  }

  softDeleteTranscriptSegments(versionId: string, segmentIds?: readonly string[]): Promise<number> {
    return this.execute((operations) => operations.softDeleteTranscriptSegments(versionId, segmentIds));
  }

  removeDeadLetter(id: string): Promise<boolean> {
    return this.execute((operations) => operations.removeDeadLetter(id));
  }

  keywordSearch(query: KeywordQuery): Promise<SearchResult> {
    return this.#searches.keyword(query);
  }

  semanticSearch(query: SemanticQuery): Promise<SearchResult> {
    return this.#searches.semantic(query);
  }

  hybridSearch(query: HybridQuery): Promise<SearchResult> {
    return this.#searches.hybrid(query);
  }

  /**
   * Removes versions that have been archived or removed since before this time, with all that belongs to them; likewise those
   * that were never published, have not changed since then, and have no job that is to be done or was given up.
   */
  async purgeVersions(beforeMs: number): Promise<number> {
    await retireAbandoned(this.#manager, beforeMs);
    return purgeRetired(this.#manager, beforeMs);
  }

  /** Removes assets whose objects have been gone since before this time, and that have no versions any more. */
  purgeTombstonedAssets(tombstonedBeforeMs: number): Promise<number> {
    return purgeTombstoned(this.#manager, tombstonedBeforeMs);
  }

  /** Ends its threads; the tables are closed by their owner. */
  async close(): Promise<void> {
    await this.#vectors.close();
  }

  async #inBatches<Item>(
    items: readonly Item[],
    write: (operations: SearchOperations, batch: readonly Item[]) => Promise<number>,
  ): Promise<number> {
    let written = 0;
    // Also checks without items: the version must exist.
    for (let start = 0; start === 0 || start < items.length; start += SEGMENT_BATCH) {
      const batch = items.slice(start, start + SEGMENT_BATCH);
      written += await this.#transaction((operations) => write(operations, batch), 'background');
    }
    return written;
  }

  #transaction<T>(work: (operations: SearchOperations) => Promise<T>, lane: Lane): Promise<T> {
    return this.#manager.transaction((tx) => work(new SearchOperations(tx, this.#dimension, this.#access)), { lane });
  }
}

interface View {
  readonly access: Access;
  readonly vectors: VectorIndex;
}
