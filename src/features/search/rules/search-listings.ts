import type { Page, PageRequest } from '../../../shared/paging.ts';
import type { Asset, AssetStatus, TriageState } from './asset.ts';
import type { DeadLetter } from './job.ts';
import type { Version } from './version.ts';

/** All that are given have to hold. */
export interface AssetFilter {
  readonly bucket?: string;
  readonly keyPrefix?: string;
  readonly status?: AssetStatus;
  readonly triageState?: TriageState;
  readonly flowId?: string;
  readonly sourceId?: string;
}

/** What a version holds; without what was removed. */
export interface VersionSize {
  readonly segments: number;
  /** Of the model that was asked for, or of all together. */
  readonly embeddings: number;
}

/** Pages by keyset, in the order of creation: what is added while somebody pages shifts nothing. */
export interface SearchListings {
  /** Those whose objects are gone are left out. */
  listAssets(filter: AssetFilter, page: PageRequest): Promise<Page<Asset>>;
  listVersions(assetId: string, page: PageRequest): Promise<Page<Version>>;
  /** The newest first. */
  pageOfDeadLetters(page: PageRequest): Promise<Page<DeadLetter>>;
  versionSize(version: Version, model?: string): Promise<VersionSize>;
}
