import type { DocumentLimits } from '../documents/document-limits.ts';
import type { DeletionRequest } from '../deletion/deletion-request.ts';
import type { MediaObject } from '../objects/media-object.ts';
import { packLocations } from '../objects/object-location.ts';
import type { NewSegment, SegmentInput } from './segment.ts';
import type { FlowState, Store, StoredObject, StoreTransaction } from '../store.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSegmentsAdded } from '../webhooks/event-publishing.ts';
import { containerOf, writableFlow } from '../flows/flow-access.ts';
import { contentWith } from '../flows/flow-content.ts';
import { checkSize, type PreparedSegment, prepareSegment } from './segment-preparation.ts';

/** A refused segment: its place in the request, and the error. */
export interface Refusal {
  readonly index: number;
  readonly error: AppError;
}

/** A segment that is not refused yet, with its place in the request. */
interface Candidate {
  readonly index: number;
  readonly segment: PreparedSegment;
}

/** Puts segments on a flow's timeline (TAMS 7.0, POST /flows/{flowId}/segments). */
export class SegmentRegistration {
  readonly #store: Store;
  readonly #backendLabels: ReadonlySet<string>;
  readonly #limits: DocumentLimits;

  constructor(store: Store, backendLabels: ReadonlySet<string>, limits: DocumentLimits) {
    this.#store = store;
    this.#backendLabels = backendLabels;
    this.#limits = limits;
  }

  /**
   * Registers the valid segments in one transaction, and returns the others. The count of queries does not depend on
   * the count of segments.
   */
  async register(flowId: string, inputs: readonly SegmentInput[]): Promise<Refusal[]> {
    const malformed: Refusal[] = [];
    const candidates: Candidate[] = [];
    inputs.forEach((input, index) => {
      try {
        const segment = prepareSegment(input, this.#backendLabels);
        checkSize(segment, this.#limits);
        candidates.push({ index, segment });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        malformed.push({ index, error });
      }
    });
    const refused = await this.#store.transaction(async (tx) => {
      const [flow, stored] = await Promise.all([
        writableFlow(tx, flowId),
        // Whoever writes reuses what it may read, and registers first what was allocated for the flow (AppNote 0016).
        tx.withRight('read').objects.findMany([...new Set(candidates.map(({ segment }) => segment.objectId))], flowId),
      ]);
      containerOf(flow);
      return candidates.length === 0 ? [] : insertAcceptable(tx, flow, candidates, stored);
    });
    return [...malformed, ...refused].sort((a, b) => a.index - b.index);
  }
}

async function insertAcceptable(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  stored: ReadonlyMap<string, StoredObject>,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const refuse = (candidate: Candidate, error: AppError): void => void refusals.push({ index: candidate.index, error });

  const objects = await objectsOf(tx, flow, candidates, stored, refuse);
  const known = candidates.filter(({ segment }) => objects.has(segment.objectId));
  const allowed = flow.activeDeletions === 0 ? known : await outsideOfDeletions(tx, flow, known, refuse);
  const accepted = await withoutOverlaps(tx, flow, allowed, refuse);
  if (accepted.length > 0) {
    const used = await insert(tx, flow, accepted, objects);
    await tx.subscribers.segmentsRegistered(tx.rows, flow, used);
  }
  return refusals;
}

type Refuse = (candidate: Candidate, error: AppError) => void;

/** The objects that the candidates may use, by id; external ones that are new are among them, without a row yet. */
async function objectsOf(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  stored: ReadonlyMap<string, StoredObject>,
  refuse: Refuse,
): Promise<Map<string, StoredObject | MediaObject>> {
  const usable = new Map<string, StoredObject | MediaObject>();
  const unknown = new Set<string>();
  for (const { segment } of candidates) {
    const object = stored.get(segment.objectId);
    if (object === undefined) {
      if (segment.urls.length > 0) unknown.add(segment.objectId);
    } else if (object.firstLife === flow.life || object.referenced) {
      usable.set(object.id, object);
    }
  }
  const reclaiming = await tx.objects.taken([...unknown]);
  for (const candidate of candidates) {
    const { objectId: id, urls } = candidate.segment;
    if (usable.has(id)) continue;
    if (urls.length > 0 && unknown.has(id) && !reclaiming.has(id)) {
      const { id: firstFlow, life: firstLife } = flow;
      usable.set(id, { id, firstFlow, firstLife, referenced: true, locations: [], externalUrls: urls });
    } else {
      refuse(candidate, unknownObject(id, flow.id));
    }
  }
  return usable;
}

const unknownObject = (id: string, flowId: string): AppError =>
  new AppError(
    'unknown_object',
    `object_id: "${id}" was not allocated for flow ${flowId} and is used by no other flow; ` +
      `allocate it with POST /flows/${flowId}/storage, or give get_urls of an external object, other than presigned ones`,
    { field: 'object_id' },
  );

/** The open range of a deletion request takes no new segments: they would be deleted too. */
async function outsideOfDeletions(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  refuse: Refuse,
): Promise<Candidate[]> {
  const requests = await tx.deletionRequests.unfinishedOf(flow.id);
  return candidates.filter((candidate) => {
    const range = TimeRange.fromNs(candidate.segment.startNs, candidate.segment.endNs);
    const takes = (request: DeletionRequest): boolean =>
      request.timerangeRemaining.overlaps(range) &&
      (request.objectId === undefined || request.objectId === candidate.segment.objectId);
    const deleting = requests.find(takes);
    if (deleting === undefined) return true;
    const summary = `timerange: deletion request ${deleting.id} is still deleting there; try again when it is done`;
    refuse(candidate, new AppError('range_being_deleted', summary, { field: 'timerange' }));
    return false;
  });
}

/** Segments of the store win over the request's, and earlier ones of the request over later ones. */
async function withoutOverlaps(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  refuse: Refuse,
): Promise<Candidate[]> {
  const inTime = candidates.toSorted((a, b) => compare(a.segment.startNs, b.segment.startNs));
  const overlapped = await tx.segments.overlapping(
    flow,
    inTime.map(({ segment }) => segment),
  );
  const free = inTime.filter((candidate, position) => {
    if (overlapped[position] !== true) return true;
    refuse(candidate, overlap('a segment of this flow'));
    return false;
  });
  if (free.every((candidate, position) => position === 0 || !overlaps(free[position - 1], candidate))) return free;

  const accepted: Candidate[] = [];
  for (const candidate of free.toSorted((a, b) => a.index - b.index)) {
    const place = placeInTime(accepted, candidate);
    if (overlaps(accepted[place - 1], candidate) || overlaps(accepted[place], candidate)) {
      refuse(candidate, overlap('an earlier segment of this request'));
    } else {
      accepted.splice(place, 0, candidate);
    }
  }
  return accepted;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function overlaps(a: Candidate | undefined, b: Candidate): boolean {
  return a !== undefined && a.segment.startNs < b.segment.endNs && b.segment.startNs < a.segment.endNs;
}

/** The candidate's index in a list that is sorted by start. */
function placeInTime(sorted: readonly Candidate[], { segment }: Candidate): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && other.segment.startNs < segment.startNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

const overlap = (what: string): AppError =>
  new AppError('segment_overlap', `timerange: overlaps ${what}`, { field: 'timerange' });

/** Returns the objects of the segments. */
async function insert(
  tx: StoreTransaction,
  flow: FlowState,
  accepted: readonly Candidate[],
  objects: ReadonlyMap<string, StoredObject | MediaObject>,
): Promise<readonly MediaObject[]> {
  const segments: NewSegment[] = [];
  const used = new Map<string, StoredObject | MediaObject>();
  for (const { segment } of accepted) {
    const object = objects.get(segment.objectId);
    if (object === undefined) continue;
    used.set(object.id, object);
    const urls = segment.urls.length > 0 ? segment.urls : object.externalUrls;
    segments.push({
      objectId: object.id,
      startNs: segment.startNs,
      endNs: segment.endNs,
      fragment: segment.fragment,
      locations: packLocations(object.locations),
      externalUrls: urls.length === 0 ? null : JSON.stringify(urls),
    });
  }
  const fresh: MediaObject[] = [];
  const stored: StoredObject[] = [];
  for (const object of used.values()) {
    if ('handle' in object) stored.push(object);
    else fresh.push(object);
  }
  // At once: none needs another's answer, and each may be a way to another machine and back.
  await Promise.all([
    tx.segments.insert(flow.id, segments),
    tx.objects.insertNamed(fresh),
    tx.objects.use(stored),
    tx.flows.setContent(flow, contentWith(flow.content, segments), now()),
    tx.outbox.registrations(),
  ]);
  await publishSegmentsAdded(tx, flow, segments);
  return [...used.values()];
}
