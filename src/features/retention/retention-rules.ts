import type { Flow } from '../../tams/flows/flow.ts';
import { findTag } from '../../tams/documents/tags.ts';
import { AppError } from '../../shared/errors.ts';
import { fromJson, type Json } from '../../shared/json-text.ts';
import { isInt64, parseTimestamp } from '../../shared/time/timestamp.ts';
import type { FlowDocument } from '../../tams/flows/flow-state.ts';

/** The tags of flows that ask for deletions (TAMS, AppNote 0019). Their values are timestamps. */
export const RETENTION_TAGS = ['segment_retention_offset', 'flow_retention_offset'] as const;

/** The deletions that the tags of a flow ask for now. */
export interface Due {
  /** Whether the whole flow is due. */
  readonly flow: boolean;
  /** Segments that end by this time of the flow's timeline are due, in nanoseconds; undefined: none are. */
  readonly segmentsUntilNs: bigint | undefined;
}

/** A flow, as far as it says what is due. */
interface Dated extends Pick<FlowDocument, 'segmentsUpdated'> {
  readonly document: Json<Pick<Flow, 'tags' | 'metadata_updated'>>;
}

/** TAI is ahead of UTC by this much since 2017. The timelines of recordings are TAI (TAMS, AppNote 0008). */
const TAI_AHEAD_NS = 37_000_000_000n;
const NS_PER_MS = 1_000_000n;

/**
 * A segment is due at its end and `segment_retention_offset`; a flow at its last update, of its metadata or its segments, and
 * `flow_retention_offset`.
 *
 * @param nowMs since 1970, UTC
 * @throws AppError invalid_request for a tag that is no timestamp, or a negative one
 */
export function dueOf({ document, segmentsUpdated }: Dated, nowMs: number): Due {
  const { tags = {}, metadata_updated: metadataUpdated = '' } = fromJson(document);
  const offsetOf = (name: (typeof RETENTION_TAGS)[number]): bigint | undefined => {
    const value = findTag(tags, name);
    return value === undefined ? undefined : readOffset(name, value);
  };
  const nowNs = BigInt(nowMs) * NS_PER_MS;
  const segmentOffset = offsetOf('segment_retention_offset');
  const until = segmentOffset === undefined ? undefined : nowNs + TAI_AHEAD_NS - segmentOffset;
  const flowOffset = offsetOf('flow_retention_offset');
  const updatedMs = Math.max(Date.parse(metadataUpdated), segmentsUpdated === null ? 0 : Date.parse(segmentsUpdated));
  return {
    flow: flowOffset !== undefined && BigInt(updatedMs) * NS_PER_MS + flowOffset <= nowNs,
    // An offset of more than all of time keeps everything.
    segmentsUntilNs: until !== undefined && isInt64(until) ? until : undefined,
  };
}

function readOffset(name: string, value: string | string[]): bigint {
  const offset = typeof value === 'string' ? timestampOf(value) : undefined;
  if (offset !== undefined && offset >= 0n) return offset;
  throw new AppError('invalid_request', `the tag ${name} must be a timestamp such as 86400:0 that is not negative`);
}

function timestampOf(text: string): bigint | undefined {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
