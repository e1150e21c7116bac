import type { Visibility } from './version.ts';

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
