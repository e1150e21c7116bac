import type {
  HybridQuery,
  KeywordQuery,
  SearchFilters,
  SearchHit,
  SearchResult,
  SemanticQuery,
} from '../rules/search-query.ts';
import { fuse, type Ranked, type RankedSegments } from '../rules/ranking.ts';
import { makeSnippet, type ParsedQuery, parseQueryText } from '../rules/query-text.ts';
import { toUnitLength } from '../rules/embedding.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ManagedReader } from '../../../vastdb/managed-reader.ts';
import { isIn } from '../../../vastdb/predicate/builder.ts';
import type { Access } from '../../../tams/access/access.ts';
import { SEGMENTS, VISIBLE_SEGMENTS } from '../search-tables.ts';
import type { VectorIndex } from './vector-index.ts';
import { findAssets } from './assets.ts';
import { visibleSegments } from './visible.ts';

/** Hits of each list that take part in a fusion. */
const FUSED = 1_000;
/** Attempts when something was published between both searches. */
const ATTEMPTS = 3;

/** The three searches. Each ranks ids first, and reads only the segments of the page. */
export class Searches {
  readonly #reader: ManagedReader;
  readonly #vectors: VectorIndex;
  readonly #dimension: number;
  readonly #access: Access;

  constructor(reader: ManagedReader, vectors: VectorIndex, dimension: number, access: Access) {
    this.#access = access;
    this.#reader = reader;
    this.#vectors = vectors;
    this.#dimension = dimension;
  }

  async keyword({ text, filters, limit, offset }: KeywordQuery): Promise<SearchResult> {
    const query = parseQueryText(text);
    const { ranked, total } = await rankByKeywords(this.#reader, this.#access, query, filters, offset + limit);
    return { hits: await readHits(this.#reader, ranked.slice(offset), query), total };
  }

  async semantic(query: SemanticQuery): Promise<SearchResult> {
    const { model, vector, minScore = 0, filters = {}, limit, offset } = query;
    const nearest = { model, vector: this.#unitVector(vector), minScore };
    const { ranked, total } = await this.#vectors.rank(nearest, this.#access, filters, offset + limit);
    return { hits: await readHits(this.#reader, ranked.slice(offset)), total };
  }

  async hybrid(query: HybridQuery): Promise<SearchResult> {
    const { text, model, vector, fusion = 'reciprocal_rank', weights, filters = {}, limit, offset } = query;
    const parsed = parseQueryText(text);
    const nearest = { model, vector: this.#unitVector(vector), minScore: 0 };
    let fused: readonly Ranked[] = [];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [words, meanings] = await Promise.all([
        rankByKeywords(this.#reader, this.#access, parsed, filters, FUSED),
        this.#vectors.rank(nearest, this.#access, filters, FUSED),
      ]);
      const both = fuse(words.ranked, meanings.ranked, fusion, weights);
      fused = await this.#stillVisible(both);
      if (fused.length === both.length) break;
    }
    return { hits: await readHits(this.#reader, fused.slice(offset, offset + limit), parsed), total: fused.length };
  }

  /** If a version is published between the two searches, its hits must not stand beside those of the previous one. */
  async #stillVisible(fused: readonly Ranked[]): Promise<Ranked[]> {
    const versionIds = [...new Set(fused.map(({ id }) => versionOf(id)))];
    const { rows } = await this.#reader.select({
      table: VISIBLE_SEGMENTS,
      columns: ['version_id'],
      where: isIn('version_id', versionIds),
    });
    const visible = new Set(rows.map(([versionId]) => versionId));
    return fused.filter(({ id }) => visible.has(versionOf(id)));
  }

  #unitVector(vector: Float32Array): Float32Array {
    if (vector.length !== this.#dimension) {
      const problem = `The query's vector has ${vector.length} elements; this server keeps ${this.#dimension}.`;
      throw new AppError('invalid_request', problem, { field: 'vector' });
    }
    if (!vector.every((element) => Number.isFinite(element))) {
      throw new AppError('invalid_request', "The query's vector holds what is no number.", { field: 'vector' });
    }
    return toUnitLength(Float32Array.from(vector));
  }
}

/** The `count` best segments that satisfy the query, and how many there are. */
async function rankByKeywords(
  reader: ManagedReader,
  access: Access,
  query: ParsedQuery,
  filters: SearchFilters | undefined,
  count: number,
): Promise<RankedSegments> {
  const where = await visibleSegments(reader, access, filters);
  const match = { column: 'words', ...query } as const;
  // One row at least: it tells the total.
  const limit = Math.max(count, 1);
  const { rows: found } = await reader.select({ table: SEGMENTS, columns: ['id'], where, match, limit });
  return {
    ranked: found.slice(0, count).map(([id, score]) => ({ id, score })),
    total: found[0]?.[2] ?? 0,
  };
}

const versionOf = (segmentId: string): string => segmentId.slice(0, segmentId.indexOf(':'));

const COLUMNS = ['id', 'version_id', 'asset_id', 'start_ns', 'end_ns', 'text', 'speaker'] as const;

/** The page's segments with their assets, in the order of the ranking: two queries, however long the page is. */
async function readHits(reader: ManagedReader, ranked: readonly Ranked[], query?: ParsedQuery): Promise<SearchHit[]> {
  const ids = ranked.map(({ id }) => id);
  if (ids.length === 0) return [];
  const { rows } = await reader.select({ table: SEGMENTS, columns: COLUMNS, where: isIn('id', ids) });
  const segments = new Map(rows.map((cells) => [cells[0], cells]));
  const assets = await findAssets(reader, [...new Set(Array.from(segments.values(), (cells) => cells[2]))]);
  return ranked.flatMap(({ id, score }): SearchHit[] => {
    const [, versionId, assetId, startNs, endNs, text, speaker] = segments.get(id) ?? [];
    const asset = assetId === undefined ? undefined : assets.get(assetId);
    // Purged since it was ranked.
    if (asset === undefined || versionId === undefined || startNs === undefined || endNs === undefined) return [];
    const { bucket, key, link } = asset;
    const shown = { text: text ?? '', snippet: makeSnippet(text ?? '', query), speaker: speaker ?? null };
    return [{ assetId: asset.id, versionId, segmentId: id, bucket, key, startNs, endNs, ...shown, link, score }];
  });
}
