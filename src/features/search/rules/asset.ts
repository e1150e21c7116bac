/** Where an asset is in its life: what was done with its current object. */
export const ASSET_STATUSES = ['pending', 'processing', 'indexed', 'index_partial', 'failed', 'skipped'] as const;
export type AssetStatus = (typeof ASSET_STATUSES)[number];

/** Whether a person has to look at it, or has done so. */
export const TRIAGE_STATES = ['none', 'quarantined', 'retrying', 'skipped'] as const;
export type TriageState = (typeof TRIAGE_STATES)[number];

export const RECOMMENDED_ACTIONS = ['retry', 'skip', 'fix_object', 'fix_configuration'] as const;
export type RecommendedAction = (typeof RECOMMENDED_ACTIONS)[number];

/** Where the medium of an asset is in this store's TAMS. */
export interface TamsLink {
  readonly flowId: string;
  /** The flow in the life that it had then: one that gets its id later is another. */
  readonly flowLife: string;
  readonly sourceId: string | null;
  /** Of the asset's time 0 on the flow's timeline. */
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
  /** What made the transcript. */
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

/** What is known of an object as it appears; what is left out stays as it was. */
export interface AssetInput {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes?: bigint | null;
  readonly contentType?: string | null;
  readonly etag?: string | null;
  readonly durationNs?: bigint | null;
  readonly codec?: string | null;
  readonly engine?: string | null;
  readonly link?: TamsLink | null;
}

/** A step in the life of an asset; what is left out stays as it was. */
export interface AssetStatusChange {
  readonly status?: AssetStatus;
  readonly triageState?: TriageState;
  readonly lastError?: string | null;
  readonly attempt?: number;
  readonly recommendedAction?: RecommendedAction | null;
}
