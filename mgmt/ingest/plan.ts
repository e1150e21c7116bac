import type { FlowBody, SegmentBody } from '../tams-client/types.ts';
import type { Start } from './start.ts';

/** A planned segment: its bytes, and its registration without the object. */
export interface PlannedSegment {
  /** Within the folder of the ingest, unless it is absolute. */
  readonly file: string;
  readonly body: Omit<SegmentBody, 'object_id' | 'init_object_id'>;
  /** Where the media object needs an initialisation segment that is an object of its own. */
  readonly init?: InitSegment;
}

/** An initialisation segment, which several files begin with. */
export interface InitSegment {
  /** A file of it alone, within the folder of the ingest. */
  readonly file: string;
  readonly bytes: number;
}

/** The segments of one flow, in order of time. */
export interface Track {
  readonly flowId: string;
  readonly segments: readonly PlannedSegment[];
}

/** The whole plan of an ingest, made before it begins: a resumed run does the same. */
export interface IngestPlan {
  /** Fingerprint of its inputs: equal texts, equal plans. */
  readonly fingerprint: string;
  /** In the order in which they are made: those that are collected come first, the one that stands for the whole last. */
  readonly flows: readonly FlowBody[];
  readonly tracks: readonly Track[];
  /** Notes on the media for the operator. */
  readonly notes?: readonly string[];
}

/** Options of the operator. */
export interface IngestSettings {
  /** How long segments are to be when a file is cut; they end at the next key frame. */
  readonly segmentNs: bigint;
  /** Ids of the flow and the source of the whole; new ones by default. */
  readonly flowId?: string;
  readonly sourceId?: string;
  /** Label of the flow of the whole; by default the name of the file. */
  readonly label?: string;
  /** Unless given: where the file's own timecode says or, without one, its own times. */
  readonly start?: Start;
  /** Whether segments of a playlist that have pictures and sound in one stay as they are. */
  readonly muxed?: boolean;
  /** Whether the server speaks TAMS 8.2, which has initialisation segments and variable frame rates. */
  readonly speaks82?: boolean;
}
