import type { FlowBody, SegmentBody } from '../tams-client/types.ts';
import type { Start } from './start.ts';

/** A segment that is to be: its bytes, and all that is registered but the object. */
export interface PlannedSegment {
  /** Within the folder of the ingest, unless it is absolute. */
  readonly file: string;
  readonly body: Omit<SegmentBody, 'object_id'>;
}

/** The segments of one flow, in order of time. */
export interface Track {
  readonly flowId: string;
  readonly segments: readonly PlannedSegment[];
}

/** All that an ingest will do, decided before it begins: whoever goes on with it does the same. */
export interface IngestPlan {
  /** What it was made of: equal texts, equal plans. */
  readonly fingerprint: string;
  /** In the order in which they are made: those that are collected come first, the one that stands for the whole last. */
  readonly flows: readonly FlowBody[];
  readonly tracks: readonly Track[];
  /** What an operator should know of the media before they are used. */
  readonly notes?: readonly string[];
}

/** What an operator decides. */
export interface IngestSettings {
  /** How long segments are to be when a file is cut; they end at the next key frame. */
  readonly segmentNs: bigint;
  /** Of the flow, and the source, that stand for the whole; new ones unless given. */
  readonly flowId?: string;
  readonly sourceId?: string;
  /** Of the flow that stands for the whole; the name of the file unless given. */
  readonly label?: string;
  /** Unless given: where the file's own timecode says or, without one, its own times. */
  readonly start?: Start;
  /** Whether segments of a playlist that have pictures and sound in one stay as they are. */
  readonly muxed?: boolean;
}
