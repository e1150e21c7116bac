import type { Json } from '../../shared/json-text.ts';
import type { Flow } from './flow.ts';
import type { RowHandle } from '../table-access.ts';

/** Totals of a flow's segments; null for a flow without segments. */
export interface FlowContent {
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The sum of the segments' durations: equal to the hull's when there are no gaps. */
  readonly coveredNs: bigint;
  /** Undefined for a flow whose segments are older than this: what there is only to save reads. */
  readonly segments: SegmentStatistics | undefined;
}

interface SegmentStatistics {
  readonly count: bigint;
  /** No segment is longer: the longest that the flow ever had since it was without any. */
  readonly longestNs: bigint;
}

/** A flow as it is shown, in parts: what its document does not hold changes without it. */
export interface FlowDocument {
  readonly id: string;
  readonly document: Json<Flow>;
  readonly segmentsUpdated: string | null;
  /** The ids of the flows that collect it. */
  readonly collectedBy: Json<readonly string[]>;
}

/** The state that decides whether a flow may be changed, without its metadata. */
export interface FlowState {
  readonly id: string;
  /** Everything made for the flow belongs to this, not to the id (docs/adr/0022-lives-of-a-flow.md). */
  readonly life: string;
  readonly sourceId: string;
  readonly readOnly: boolean;
  readonly container: string | null;
  /** Whether its media objects need an initialisation segment. */
  readonly initSegments: boolean;
  /** Deletion requests that are still working on this flow's segments. */
  readonly activeDeletions: number;
  readonly content: FlowContent | null;
  /** Grows with every change of the flow's segments; no two flows that ever had one id share a version. */
  readonly segmentsVersion: bigint;
  /** As `numbersOf` reads them; null in a row from before they were kept, and of a flow that never had segments. */
  readonly segmentNumbers: Json<WrittenNumbers> | null;
  readonly handle: RowHandle;
}

/** `SegmentNumbers` as a row has them, times and counts as decimal texts; what an older server wrote ends earlier. */
export type WrittenNumbers = [
  registered: string,
  breaks: string,
  edgeNs: string | null,
  offset?: string | null,
  initObjectId?: string | null,
  object?: string | null,
  isPart?: boolean | null,
  hasParts?: boolean,
];
