import type { TimeRange } from '../../../shared/time/timerange.ts';
import type { TamsLink } from './asset.ts';

/** All given filters must hold. */
export interface SearchFilters {
  readonly bucket?: string;
  readonly speaker?: string;
  readonly flowId?: string;
  readonly sourceId?: string;
  readonly language?: string;
  /** Segments that overlap it on the flow's timeline, or on the asset's own if it has no flow. */
  readonly timerange?: TimeRange;
}

export interface PageRequest {
  readonly limit: number;
  readonly offset: number;
}

export interface KeywordQuery extends PageRequest {
  /** As people type it: see `query-text.ts`. */
  readonly text: string;
  readonly filters?: SearchFilters;
}

export interface SemanticQuery extends PageRequest {
  readonly model: string;
  readonly vector: Float32Array;
  /** A hit's cosine is above this; 0 unless set. */
  readonly minScore?: number;
  readonly filters?: SearchFilters;
}

export type Fusion = 'reciprocal_rank' | 'weighted_sum';

/** Only their ratio counts. */
export interface FusionWeights {
  readonly keyword: number;
  readonly semantic: number;
}

export interface HybridQuery extends PageRequest {
  readonly text: string;
  readonly model: string;
  readonly vector: Float32Array;
  readonly fusion?: Fusion;
  /** Both 1 unless set. */
  readonly weights?: FusionWeights;
  readonly filters?: SearchFilters;
}

export interface Snippet {
  readonly text: string;
  /** Half-open ranges of UTF-16 units of `text`, in order. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
}

export interface SearchHit {
  readonly assetId: string;
  readonly versionId: string;
  readonly segmentId: string;
  readonly bucket: string;
  readonly key: string;
  /** From the start of the asset. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly text: string;
  readonly snippet: Snippet;
  readonly speaker: string | null;
  readonly link: TamsLink | null;
  /** The higher the better; comparable within one answer only. */
  readonly score: number;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** Number of all hits; paging reaches every one. */
  readonly total: number;
}
