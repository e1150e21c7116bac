import { AppError } from '../../../shared/errors.ts';

/** States: being made, published, replaced by another, or removed. */
export const VISIBILITIES = ['STAGING', 'ACTIVE', 'ARCHIVED', 'SOFT_DELETED'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const VERSION_STATUSES = ['pending', 'transcribing', 'embedding', 'indexed', 'index_partial', 'failed'] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];

/** One content of an asset: its id comes from the asset and the etag. */
export interface Version {
  readonly id: string;
  readonly assetId: string;
  /** ETag of the content: of the object, and of the transcript if that is separate. */
  readonly etag: string;
  readonly sizeBytes: bigint | null;
  readonly status: VersionStatus;
  readonly publishState: Visibility;
  /** Count of its segments without removed ones; the same for its embeddings. */
  readonly segmentVisibility: Visibility;
  readonly embeddingVisibility: Visibility;
  /** Language of its speech, as BCP 47. */
  readonly language: string | null;
  /** The transcript that was last put into it, complete or not yet; null if none was. */
  readonly transcriptHash: string | null;
  /** The model by which this server made a vector of each segment; null if there is none. */
  readonly embeddingModel: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly publishedMs: number | null;
  /** Since when it has been ARCHIVED or SOFT_DELETED. */
  readonly retiredMs: number | null;
}

export type VersionInput = Pick<Version, 'assetId' | 'etag'> & Partial<Pick<Version, 'sizeBytes' | 'language'>>;

export type VersionStatusChange = Pick<Version, 'status'> &
  Partial<Pick<Version, 'language' | 'transcriptHash' | 'embeddingModel'>>;

export const publishedIsFixed = (versionId: string): AppError =>
  new AppError(
    'invalid_request',
    `The version ${versionId} has been published: a changed transcript is a new version.`,
  );

/** The version is being written: it holds parts of two transcripts, or part of one. */
export const isBeingWritten = ({ publishState, status, transcriptHash }: Version): boolean =>
  publishState === 'STAGING' && status === 'transcribing' && transcriptHash !== null;

export const writtenByAnother = (versionId: string): AppError =>
  new AppError('transcript_being_put', `Another transcript of the version ${versionId} is being put at the moment.`);

/** A stretch of speech, the unit of search. Times are in nanoseconds from the start of the asset, half-open. */
export interface TranscriptSegment {
  /** Derived from its version, chunking and position. */
  readonly id: string;
  readonly versionId: string;
  readonly assetId: string;
  /** The method of chunking: segments of one version and chunking are numbered from 0. */
  readonly chunking: string;
  readonly position: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly text: string;
  readonly speaker: string | null;
  /** 0 to 1. */
  readonly confidence: number | null;
  readonly visibility: Visibility;
}

export type TranscriptSegmentInput = Pick<
  TranscriptSegment,
  'chunking' | 'position' | 'startNs' | 'endNs' | 'text' | 'speaker' | 'confidence'
>;

/** A published version without vectors of some model. */
export type OutdatedVersion = Pick<Version, 'id' | 'assetId'>;
