import { createHash } from 'node:crypto';
import type { FlowBody, SegmentBody } from '../../support/tams-client.ts';

/** How far a write got, as its client knows it. A write that was sent may or may not have happened. */
export type Progress = 'sent' | 'acknowledged';

/** A request that registers segments: all of them or none must be found, and all if it was acknowledged. */
export interface SegmentsWrite {
  readonly segments: readonly SegmentBody[];
  progress: Progress;
}

/** Writes of the clients of a server to one flow, in their order. */
export interface FlowLedger {
  readonly flow: FlowBody;
  /** Every label that the flow was given; none of them: it was not even created. */
  readonly labels: { readonly label: string; progress: Progress }[];
  readonly uploads: Map<string, Progress>;
  readonly segments: SegmentsWrite[];
  /** The request whose one segment was deleted again. */
  deletion?: { readonly write: SegmentsWrite; progress: Progress };
}

const MAX_OBJECT_BYTES = 150_000;

/** The content of an object: known by its id, and of a size that differs from object to object. */
export function contentOf(objectId: string): Uint8Array<ArrayBuffer> {
  const size = createHash('sha256').update(objectId).digest().readUInt32BE() % MAX_OBJECT_BYTES;
  return new Uint8Array(
    createHash('shake256', { outputLength: size + 1 })
      .update(objectId)
      .digest(),
  );
}
