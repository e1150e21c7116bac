import type { Limits } from '../../../tams/access/rights.ts';
import type { SearchDatabase, SearchOperations, SearchReads, SearchTransaction } from '../rules/search-database.ts';
import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset } from '../rules/asset.ts';
import type { EmbeddingInput } from '../rules/embedding.ts';
import type { DeadLetter } from '../rules/job.ts';
import type { AssetFilter, VersionSize } from '../rules/search-listings.ts';
import type { HybridQuery, KeywordQuery, SearchResult, SemanticQuery } from '../rules/search-query.ts';
import type { TranscriptSegmentInput } from '../rules/transcript-segment.ts';
import type { Version } from '../rules/version.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Lane } from '../../../vastdb/engine.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import type { VastDBManager } from '../../../vastdb/vast-db-manager.ts';
import { type Access, accessOf, FULL_ACCESS } from '../../../tams/access/access.ts';
import { translated } from '../../../tams/table-failure.ts';
import { DelegatedOperations } from './delegated-operations.ts';
import { HeldTransaction } from './held-transaction.ts';
import { listAssets, listVersions, pageOfDeadLetters, versionSize } from './listings.ts';
import { TableOperations, SearchTableReads } from './operations.ts';
import { purgeRetired, purgeTombstoned, retireAbandoned } from './purge.ts';
import { Searches } from './searches.ts';
import { SEGMENT_BATCH } from './segments.ts';
import { VectorIndex } from './vector-index.ts';

/** Media search in tables. The tables are those of `searchTables`. */
export class TableSearchDatabase extends DelegatedOperations implements SearchDatabase {
  readonly #manager: VastDBManager;
  readonly #dimension: number;
  readonly #access: Access;
  readonly #reader: ManagedReader;
  readonly #reads: SearchTableReads;
  readonly #vectors: VectorIndex;
  readonly #searches: Searches;
  readonly #held = new Set<HeldTransaction>();

  /** @param dimension of the table's vectors. Only `limitedTo` sets `view`. */
  constructor(manager: VastDBManager, dimension: number, view?: View) {
    super();
    const background = manager.reader('background');
    this.#manager = manager;
    this.#dimension = dimension;
    this.#access = view?.access ?? FULL_ACCESS;
    this.#reader = manager.reader();
    this.#reads = new SearchTableReads(this.#reader, this.#access);
    // The vectors are large: every view scans the same.
    this.#vectors = view?.vectors ?? new VectorIndex(background);
    this.#searches = new Searches(background, this.#vectors, dimension, this.#access);
  }

  limitedTo(limits: Limits): TableSearchDatabase {
    return new TableSearchDatabase(this.#manager, this.#dimension, {
      access: accessOf(limits),
      vectors: this.#vectors,
    });
  }

  listAssets(filter: AssetFilter, page: PageRequest): Promise<Page<Asset>> {
    return translated(() => listAssets(this.#reader, this.#access, filter, page));
  }

  listVersions(assetId: string, page: PageRequest): Promise<Page<Version>> {
    return translated(() => listVersions(this.#reader, assetId, page));
  }

  pageOfDeadLetters(page: PageRequest): Promise<Page<DeadLetter>> {
    return translated(() => pageOfDeadLetters(this.#reader, page));
  }

  versionSize(version: Version, model?: string): Promise<VersionSize> {
    return translated(() => versionSize(this.#reader, version, model));
  }

  async begin(): Promise<SearchTransaction> {
    const held = new HeldTransaction((work) => this.#transaction(work, 'background'));
    this.#held.add(held);
    // Also if nobody ends it, and it times out.
    void held.ended.then(() => this.#held.delete(held));
    return held;
  }

  async commit(transaction: SearchTransaction): Promise<void> {
    await this.#taken(transaction).commit();
  }

  async rollback(transaction: SearchTransaction): Promise<void> {
    await this.#taken(transaction).rollback();
  }

  execute<T>(work: (transaction: SearchTransaction) => Promise<T>): Promise<T> {
    return this.#transaction(work, 'interactive');
  }

  /** In batches, a transaction each: a long transcript would hold up other writers. Nothing of it is visible yet. */
  override async upsertTranscriptSegments(
    versionId: string,
    segments: readonly TranscriptSegmentInput[],
    transcriptHash?: string,
  ): Promise<number> {
    return this.#inBatches(segments, (operations, batch) =>
      operations.upsertTranscriptSegments(versionId, batch, transcriptHash),
    );
  }

  /** In batches, as segments are; each vector is useful alone. */
  override async upsertEmbeddings(versionId: string, embeddings: readonly EmbeddingInput[]): Promise<number> {
    return this.#inBatches(embeddings, (operations, batch) => operations.upsertEmbeddings(versionId, batch));
  }

  keywordSearch(query: KeywordQuery): Promise<SearchResult> {
    return translated(() => this.#searches.keyword(query));
  }

  semanticSearch(query: SemanticQuery): Promise<SearchResult> {
    return translated(() => this.#searches.semantic(query));
  }

  hybridSearch(query: HybridQuery): Promise<SearchResult> {
    return translated(() => this.#searches.hybrid(query));
  }

  purgeVersions(beforeMs: number): Promise<number> {
    return translated(async () => {
      await retireAbandoned(this.#manager, beforeMs);
      return purgeRetired(this.#manager, beforeMs);
    });
  }

  purgeTombstonedAssets(tombstonedBeforeMs: number): Promise<number> {
    return translated(() => purgeTombstoned(this.#manager, tombstonedBeforeMs));
  }

  health(): Promise<void> {
    return translated(() => this.#manager.health());
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#held, (held) => held.rollback()));
    this.#held.clear();
    await this.#vectors.close();
  }

  protected read<T>(work: (reads: SearchReads) => Promise<T>): Promise<T> {
    return translated(() => work(this.#reads));
  }

  protected write<T>(work: (operations: SearchOperations) => Promise<T>): Promise<T> {
    return this.#transaction(work, 'interactive');
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
    return translated(() =>
      this.#manager.transaction((tx) => work(new TableOperations(tx, this.#dimension, this.#access)), { lane }),
    );
  }

  #taken(transaction: SearchTransaction): HeldTransaction {
    if (transaction instanceof HeldTransaction && this.#held.delete(transaction)) return transaction;
    throw new AppError('invalid_request', 'This transaction has ended, or was not begun here.');
  }
}

interface View {
  readonly access: Access;
  readonly vectors: VectorIndex;
}
