import type { Embedder } from '../rules/embedding.ts';
import type { Fusion, FusionWeights, SearchFilters, SearchResult } from '../rules/search-query.ts';
import { languageTag } from '../../../formats/transcripts/transcript.ts';
import { AppError } from '../../../shared/errors.ts';
import type { SearchDatabase } from '../repositories/search-database.ts';

type SearchType = 'keyword' | 'semantic' | 'hybrid';

/** Limit of paging through hits; filters narrow a search further. */
const MAX_REACH = 10_000;
/** Longest text of a query. */
const MAX_CHARACTERS = 1_000;
/** Seconds after which a failed embedder may be asked again. */
const RETRY_AFTER_S = 10;

export interface SearchRequest {
  readonly type: SearchType;
  readonly text?: string;
  /** Used instead of the text's vector in semantic search. */
  readonly vector?: Float32Array;
  /** Model of the vector; by default this server's. */
  readonly model?: string;
  /** For `hybrid`; reciprocal rank fusion unless given. */
  readonly fusion?: Fusion;
  readonly weights?: FusionWeights;
  readonly filters: SearchFilters;
  readonly limit: number;
  readonly offset: number;
}

export interface SearchAnswer extends SearchResult {
  readonly type: SearchType;
  readonly fusion?: Fusion;
  readonly model?: string;
}

/** Searches transcripts by words, by meaning, or by both. */
export class QueryService {
  readonly #database: SearchDatabase;
  readonly #embedder: Embedder;

  constructor(database: SearchDatabase, embedder: Embedder) {
    this.#database = database;
    this.#embedder = embedder;
  }

  /** Throws AppError `invalid_request` that names the parameter at fault. */
  async search(request: SearchRequest): Promise<SearchAnswer> {
    const { type, text = '', fusion = 'reciprocal_rank', weights, filters, limit, offset } = request;
    if (offset + limit > MAX_REACH) {
      throw invalid(
        'offset',
        `offset and limit together are at most ${MAX_REACH}; use filters to find what lies beyond`,
      );
    }
    checkCombination(request);
    const language = filters.language && (languageTag(filters.language) ?? filters.language);
    const page = { filters: { ...filters, language }, limit, offset };
    if (type === 'keyword') return { type, ...(await this.#database.keywordSearch({ text, ...page })) };
    const { vector, model } = await this.#vectorOf(request);
    if (type === 'semantic') {
      return { type, model, ...(await this.#database.semanticSearch({ vector, model, ...page })) };
    }
    const found = await this.#database.hybridSearch({ text, vector, model, fusion, weights, ...page });
    return { type, fusion, model, ...found };
  }

  async #vectorOf({ text = '', vector, model }: SearchRequest): Promise<{ vector: Float32Array; model: string }> {
    if (vector !== undefined) return { vector, model: model ?? this.#embedder.model };
    return { vector: await this.#embed(text), model: this.#embedder.model };
  }

  async #embed(text: string): Promise<Float32Array> {
    try {
      const [vector] = await this.#embedder.embed([text]);
      if (vector === undefined) throw new Error('The embedder made no vector of the text.');
      return vector;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const summary = 'The text cannot be turned into a vector now; a search of type keyword needs none';
      throw new AppError('embedder_unavailable', summary, { retryAfterS: RETRY_AFTER_S, cause: error });
    }
  }
}

function checkCombination({ type, text, vector, model, fusion, weights }: SearchRequest): void {
  if ((text === undefined || text.trim() === '') && (type !== 'semantic' || vector === undefined)) {
    throw invalid('q', type === 'semantic' ? 'q, or a vector, is required' : 'q is required');
  }
  if (text !== undefined && text.length > MAX_CHARACTERS) {
    throw invalid('q', `q has ${text.length} characters; ${MAX_CHARACTERS} are the most`);
  }
  if (vector?.every((element) => element === 0) === true) throw invalid('vector', 'vector has no direction');
  if (type === 'keyword' && vector !== undefined) throw invalid('vector', 'vector is not for a search by keywords');
  if (vector === undefined && model !== undefined)
    throw invalid('model', 'model is that of a vector, which is missing');
  if (type === 'hybrid') {
    if (weights?.keyword === 0 && weights.semantic === 0) throw invalid('weights', 'weights must not both be 0');
    return;
  }
  if (fusion !== undefined) throw invalid('fusion', 'fusion is for hybrid searches');
  if (weights !== undefined) throw invalid('weights', 'weights are for hybrid searches');
}

const invalid = (field: string, summary: string): AppError => new AppError('invalid_request', summary, { field });
