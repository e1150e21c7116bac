import { fromFragment } from '../../tams/segments/segment.ts';
import { trashOf } from './trash-repository.ts';
import type { SegmentFailure, SegmentParts } from '../../tams/segments/segment.ts';
import type { DeletedSegment, RestoreSelection } from './trash.ts';
import { AppError } from '../../shared/errors.ts';
import { INT64_MIN } from '../../shared/time/timestamp.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSegmentsAdded } from '../../tams/webhooks/event-publishing.ts';
import { isPartOf } from '../../tams/segments/segment-clock.ts';
import { numbersWith } from '../../tams/segments/segment-numbers.ts';
import { contentWith } from '../../tams/flows/flow-content.ts';
import type { FlowState } from '../../tams/flows/flow-state.ts';
import type { StoredObject } from '../../tams/objects/media-object.ts';
import type { StoreTransaction } from '../../tams/vast-store.ts';

/** Segments that one transaction looks at: one that others wait for only shortly. */
const STEP_SIZE = 500;
/** Segments that one request looks at. */
const REQUEST_SIZE = 5_000;
/** Conflicts that one answer lists; the others are counted. */
const CONFLICTS_LISTED = 100;

/** A segment that stays in the trash, and why. */
export interface RestoreConflict extends SegmentFailure {
  readonly deletion_id: string;
}

export interface RestoreStep {
  readonly restored: number;
  readonly conflicts: readonly RestoreConflict[];
  readonly examined: number;
  /** Start of the next step; undefined when nothing is left. */
  readonly nextNs: bigint | undefined;
}

/** Adds up what the steps of one request did. */
export class RestoreTally {
  restored = 0;
  conflictCount = 0;
  readonly conflicts: RestoreConflict[] = [];
  #examined = 0;

  /** Returns whether the request may make another step. */
  add(step: RestoreStep): boolean {
    this.restored += step.restored;
    this.conflictCount += step.conflicts.length;
    this.conflicts.push(...step.conflicts.slice(0, CONFLICTS_LISTED - this.conflicts.length));
    this.#examined += step.examined;
    return this.#examined < REQUEST_SIZE;
  }
}

/**
 * Puts the next segments of the selection back on the flow's timeline, in the order of time. Those that cannot be stay
 * where they are.
 */
export async function restoreNext(
  tx: StoreTransaction,
  flow: FlowState,
  selection: RestoreSelection,
): Promise<RestoreStep> {
  if (flow.activeDeletions > 0) throw deletionUnfinished(`segments of flow ${flow.id} are still being deleted`);
  const found = await trashOf(tx).selectForRestore(flow, selection, STEP_SIZE + 1);
  const isLast = found.length <= STEP_SIZE;
  const segments = isLast ? found : withoutLastStart(found);
  const objects = await tx.objects.findMany([...new Set(segments.map(({ objectId }) => objectId))]);
  const { fitting, conflicts } = await divide(tx, flow, segments, objects);
  if (fitting.length > 0) await putBack(tx, flow, fitting, objects);
  const last = segments.at(-1);
  const nextNs = isLast || last === undefined ? undefined : last.startNs + 1n;
  return { restored: fitting.length, conflicts, examined: segments.length, nextNs };
}

export const deletionUnfinished = (what: string): AppError =>
  new AppError('deletion_unfinished', `${what}; try again when that is done`);

/** The next step begins after a start, so all that begin there have to be in one step. */
function withoutLastStart(segments: DeletedSegment[]): DeletedSegment[] {
  const startNs = segments.at(-1)?.startNs;
  const before = segments.filter((segment) => segment.startNs !== startNs);
  return before.length > 0 ? before : segments;
}

/** Present segments win over those in the trash, and earlier ones in the trash over later ones. */
async function divide(
  tx: StoreTransaction,
  flow: FlowState,
  segments: readonly DeletedSegment[],
  objects: ReadonlyMap<string, StoredObject>,
): Promise<{ fitting: DeletedSegment[]; conflicts: RestoreConflict[] }> {
  const overlapped = await tx.segments.overlapping(flow, segments);
  const fitting: DeletedSegment[] = [];
  const conflicts: RestoreConflict[] = [];
  let endNs = INT64_MIN;
  segments.forEach((segment, index) => {
    if (!objects.has(segment.objectId)) {
      conflicts.push(conflict(segment, 'unknown_object', 'its object is no longer in this store'));
    } else if (overlapped[index] === true || segment.startNs < endNs) {
      conflicts.push(conflict(segment, 'segment_overlap', 'it overlaps a segment that the flow has now'));
    } else {
      fitting.push(segment);
      endNs = segment.endNs;
    }
  });
  return { fitting, conflicts };
}

function conflict(
  segment: DeletedSegment,
  type: 'segment_overlap' | 'unknown_object',
  summary: string,
): RestoreConflict {
  const { object_id, timerange } = fromFragment(segment.fragment);
  return { object_id, timerange, deletion_id: segment.deletion.id, error: { type, summary, time: now() } };
}

async function putBack(
  tx: StoreTransaction,
  flow: FlowState,
  segments: readonly DeletedSegment[],
  objects: ReadonlyMap<string, StoredObject>,
): Promise<void> {
  const ids = new Set(segments.map(({ objectId }) => objectId));
  const isPart = (index: number): boolean => {
    const segment = segments[index];
    return segment !== undefined && isPartOf(segment, objects.get(segment.objectId)?.timerange?.range);
  };
  await Promise.all([
    trashOf(tx).removeSegments(segments.map(({ handle }) => handle)),
    tx.segments.insert(flow.id, segments),
    tx.objects.use([...objects.values()].filter(({ id }) => ids.has(id))),
    tx.flows.setContent(flow, contentWith(flow.content, segments), now(), numbersWith(flow, segments, isPart)),
  ]);
  const inits = [...new Set(segments.map(({ initObjectId }) => initObjectId))].filter((id) => id !== null);
  const places = inits.length === 0 ? undefined : await tx.objects.details(inits);
  const parts = segments.map((segment): SegmentParts => {
    const id = segment.initObjectId;
    const place = id === null ? undefined : places?.get(id);
    return {
      fragment: segment.fragment,
      locations: segment.locations,
      externalUrls: segment.externalUrls,
      ...(id !== null && place && { init: { id, locations: place.locations, externalUrls: place.externalUrls } }),
      objectTimerange: objects.get(segment.objectId)?.timerange?.range.toString(),
    };
  });
  await publishSegmentsAdded(tx, flow, parts);
}
