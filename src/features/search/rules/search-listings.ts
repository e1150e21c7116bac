import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, AssetStatus, TriageState } from './asset.ts';
import type { DeadLetter } from './job.ts';
import type { Version } from './version.ts';

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

/** Keyset paging in order of creation: rows that are added meanwhile shift nothing. */
export interface SearchListings {
  /** Those whose objects are gone are left out. */
  listAssets(filter: AssetFilter, page: PageRequest): Promise<Page<Asset>>;
  listVersions(assetId: string, page: PageRequest): Promise<Page<Version>>;
  /** The newest first. */
  pageOfDeadLetters(page: PageRequest): Promise<Page<DeadLetter>>;
  versionSize(version: Version, model?: string): Promise<VersionSize>;
}
