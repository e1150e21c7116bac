/** Progress of an asset's current object. */
export const ASSET_STATUSES = ['pending', 'processing', 'indexed', 'index_partial', 'failed', 'skipped'] as const;
export type AssetStatus = (typeof ASSET_STATUSES)[number];

/** Whether a person must decide about it, or has decided. */
export const TRIAGE_STATES = ['none', 'quarantined', 'retrying', 'skipped'] as const;
export type TriageState = (typeof TRIAGE_STATES)[number];

export type RecommendedAction = 'retry' | 'skip' | 'fix_object' | 'fix_configuration';

/** The place of an asset's medium on a flow. */
export interface TamsLink {
  readonly flowId: string;
  /** The flow's life at that time: a later flow with the same id is another. */
  readonly flowLife: string;
  readonly sourceId: string | null;
  /** Place of the asset's time 0 on the flow's timeline. */
  readonly offsetNs: bigint;
}

/** An object whose words can be searched. Its id comes from bucket and key, so the same object is the same asset. */
export interface Asset {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly currentVersionId: string | null;
  readonly status: AssetStatus;
  readonly triageState: TriageState;
  readonly recommendedAction: RecommendedAction | null;
  /** Origin of the transcript. */
  readonly engine: string | null;
  readonly lastError: string | null;
  readonly attempt: number;
  readonly sizeBytes: bigint | null;
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly durationNs: bigint | null;
  readonly codec: string | null;
  readonly link: TamsLink | null;
  /** When the object was removed, in Unix milliseconds. */
  readonly tombstonedMs: number | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Properties of an object that appeared; those that are left out stay. */
export type AssetInput = Pick<Asset, 'bucket' | 'key'> &
  Partial<Pick<Asset, 'sizeBytes' | 'contentType' | 'etag' | 'durationNs' | 'codec' | 'engine' | 'link'>>;

/** A change of an asset; properties that are left out stay. */
export type AssetStatusChange = Partial<
  Pick<Asset, 'status' | 'triageState' | 'lastError' | 'attempt' | 'recommendedAction'>
>;

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
