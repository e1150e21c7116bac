import { AppError } from '../../../shared/errors.ts';

/** Whether a search may show it: it is being made, is shown, was followed by another, or was removed. */
export const VISIBILITIES = ['STAGING', 'ACTIVE', 'ARCHIVED', 'SOFT_DELETED'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const VERSION_STATUSES = ['pending', 'transcribing', 'embedding', 'indexed', 'index_partial', 'failed'] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];

/** One content of an asset: its id comes from the asset and the etag. */
export interface Version {
  readonly id: string;
  readonly assetId: string;
  readonly etag: string;
  readonly sizeBytes: bigint | null;
  readonly status: VersionStatus;
  readonly publishState: Visibility;
  /** Of all its segments, but for those that were removed by themselves; likewise of its embeddings. */
  readonly segmentVisibility: Visibility;
  readonly embeddingVisibility: Visibility;
  /** Of what is said in it, as BCP 47. */
  readonly language: string | null;
  /** Tells which transcript was put into it last, in whole or as far as its writer has come; null where none was. */
  readonly transcriptHash: string | null;
  /** The model that this server made a vector by of each of its segments; null where there is none. */
  readonly embeddingModel: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly publishedMs: number | null;
  /** Since when it has been ARCHIVED or SOFT_DELETED. */
  readonly retiredMs: number | null;
}

export interface VersionInput {
  readonly assetId: string;
  /** Of the content: that of the object, and of the transcript where it was given apart. */
  readonly etag: string;
  readonly sizeBytes?: bigint | null;
  readonly language?: string | null;
}

export interface VersionStatusChange {
  readonly status: VersionStatus;
  readonly language?: string | null;
  readonly transcriptHash?: string;
  readonly embeddingModel?: string;
}

export const publishedIsFixed = (versionId: string): AppError =>
  new AppError(
    'invalid_request',
    `The version ${versionId} has been published: a changed transcript is a new version.`,
  );

/** The version is written at the moment: what is in it is parts of two transcripts, or a part of one. */
export const isBeingWritten = ({ publishState, status, transcriptHash }: Version): boolean =>
  publishState === 'STAGING' && status === 'transcribing' && transcriptHash !== null;

export const writtenByAnother = (versionId: string): AppError =>
  new AppError('transcript_being_put', `Another transcript of the version ${versionId} is being put at the moment.`);
