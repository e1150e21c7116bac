import { findTag } from '../../tams/documents/tags.ts';
import { fromJson } from '../../shared/json-text.ts';
import { type Flow, statusOf } from '../../tams/flows/flow.ts';
import type { FlowDocument } from '../../tams/flows/flow-state.ts';

/** A flow that does not say whether it is finished stays live for at least this long after its last change. */
const QUIET_MIN_S = 30;
const QUIET_TARGETS = 3;
/** Seconds at the end of a live flow, unless a player asks for others. */
export const DEFAULT_WINDOW_S = 300;

/** Whether more is to come. */
export function isLive({ document, segmentsUpdated }: FlowDocument, nowMs: number, targetDuration = 0): boolean {
  const flow = fromJson(document);
  const status = statusOf(flow);
  if (status === 'closed_complete' || segmentsUpdated === null) return status === 'ingesting';
  const quietS = Math.max(QUIET_MIN_S, QUIET_TARGETS * Math.max(targetDuration, toldSeconds(flow)));
  return status === 'ingesting' || nowMs - Date.parse(segmentsUpdated) < quietS * 1000;
}

/** Whether its oldest segments are deleted as new ones come (TAMS, AppNote 0019). */
export const isLoop = ({ document }: FlowDocument): boolean =>
  findTag(fromJson(document).tags ?? {}, 'segment_retention_offset') !== undefined;

/** How long a flow says that its segments are; 0 where it says nothing. */
export const toldSeconds = ({ segment_duration: told }: Flow): number =>
  told === undefined ? 0 : told.numerator / (told.denominator ?? 1);
