import type { AssetStatus, TriageState } from './asset.ts';

/** All given filters must hold. */
export interface AssetFilter {
  readonly bucket?: string;
  readonly keyPrefix?: string;
  readonly status?: AssetStatus;
  readonly triageState?: TriageState;
  readonly flowId?: string;
  readonly sourceId?: string;
}

/** Counts of a version, without removed rows. */
export interface VersionSize {
  readonly segments: number;
  /** Count for the given model, or for all together. */
  readonly embeddings: number;
}
