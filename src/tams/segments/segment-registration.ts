import type { DocumentLimits } from '../documents/document-limits.ts';
import type { DeletionRequest } from '../deletion/deletion.ts';
import type { MediaObject } from '../objects/media-object.ts';
import { packUrls } from '../objects/object-location.ts';
import type { NewSegment, SegmentInput, SegmentParts } from './segment.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSegmentsAdded } from '../webhooks/event-publishing.ts';
import { containerOf, writableFlow } from '../flows/flow-access.ts';
import { contentWith } from '../flows/flow-content.ts';
import type { KnownObject, ObjectUses } from './object-uses.ts';
import { isPartOf } from './segment-clock.ts';
import { numbersWith } from './segment-numbers.ts';
import { type Candidate, findObjects, namedObjects, type Refuse, useObjects } from './segment-objects.ts';
import { checkSize, prepareSegment } from './segment-preparation.ts';
import type { ObjectBeginning } from '../../media/media-source.ts';
import type { Beginnings } from '../subscribers.ts';
import type { FlowState } from '../flows/flow-state.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

/** An object of bytes that lie in a store already. */
export interface AdoptedObject extends Pick<MediaObject, 'id' | 'locations' | 'adoptedAt'> {
  /** For subscribers that would read it again. */
  readonly beginning?: ObjectBeginning | undefined;
}

/** A refused segment: its place in the request, and the error. */
export interface Refusal {
  readonly index: number;
  readonly error: AppError;
}

/** Puts segments on a flow's timeline (TAMS 7.0, POST /flows/{flowId}/segments). */
export class SegmentRegistration {
  readonly #store: VastStore;
  readonly #backendLabels: ReadonlySet<string>;
  readonly #limits: DocumentLimits;

  constructor(store: VastStore, backendLabels: ReadonlySet<string>, limits: DocumentLimits) {
    this.#store = store;
    this.#backendLabels = backendLabels;
    this.#limits = limits;
  }

  /**
   * Registers the valid segments in one transaction, and returns the others. The count of queries does not depend on
   * the count of segments.
   *
   * @param fitRanges whether a segment must lie within the timerange of its object; if not, one that was assumed grows
   */
  async register(flowId: string, inputs: readonly SegmentInput[], fitRanges = false): Promise<Refusal[]> {
    const prepared = this.#prepare(inputs);
    return this.#store.transaction((tx) => registerIn(tx, flowId, prepared, fitRanges));
  }

  /** As `register`, in a transaction of the caller. */
  registerIn(tx: StoreTransaction, flowId: string, inputs: readonly SegmentInput[]): Promise<Refusal[]> {
    return registerIn(tx, flowId, this.#prepare(inputs), false);
  }

  /**
   * As `register`, in a transaction of the caller, of objects whose bytes lie in a store already. One without a row gets it
   * with its first segment.
   */
  async adopt(
    tx: StoreTransaction,
    flowId: string,
    inputs: readonly SegmentInput[],
    adopted: readonly AdoptedObject[],
  ): Promise<Refusal[]> {
    const { candidates, malformed } = this.#prepare(inputs);
    const flow = await writableFlow(tx, flowId);
    containerOf(flow);
    const ids = adopted.map(({ id }) => id);
    const stored: Map<string, KnownObject> = new Map(await tx.objects.findMany(ids, flowId));
    const taken = await tx.objects.taken(ids.filter((id) => !stored.has(id)));
    for (const object of adopted) {
      // One that is being reclaimed is unknown until its row is gone.
      if (stored.has(object.id) || taken.has(object.id)) continue;
      const { id: firstFlow, life: firstLife } = flow;
      const { beginning: _, ...row } = object;
      stored.set(object.id, { ...row, firstFlow, firstLife, externalUrls: [], referenced: false });
    }
    const beginnings = new Map(adopted.flatMap(({ id, beginning }) => (beginning ? [[id, beginning] as const] : [])));
    const known = { stored, beginnings };
    const refused = candidates.length === 0 ? [] : await insertAcceptable(tx, flow, candidates, known);
    return [...malformed, ...refused].sort((a, b) => a.index - b.index);
  }

  #prepare(inputs: readonly SegmentInput[]): Prepared {
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
    return { candidates, malformed };
  }
}

interface Prepared {
  readonly candidates: readonly Candidate[];
  readonly malformed: readonly Refusal[];
}

async function registerIn(
  tx: StoreTransaction,
  flowId: string,
  { candidates, malformed }: Prepared,
  fitRanges: boolean,
): Promise<Refusal[]> {
  const [flow, stored] = await Promise.all([
    writableFlow(tx, flowId),
    // A writer reuses objects that it may read, and registers first those that were allocated for the flow (AppNote 0016).
    tx.withRight('read').objects.findMany(namedObjects(candidates), flowId),
  ]);
  containerOf(flow);
  const known = { stored, fitRanges };
  const refused = candidates.length === 0 ? [] : await insertAcceptable(tx, flow, candidates, known);
  return [...malformed, ...refused].sort((a, b) => a.index - b.index);
}

async function insertAcceptable(
  tx: StoreTransaction,
  flow: FlowState,
  candidates: readonly Candidate[],
  {
    stored,
    beginnings = new Map(),
    fitRanges = false,
  }: { stored: ReadonlyMap<string, KnownObject>; beginnings?: Beginnings; fitRanges?: boolean },
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const refuse: Refuse = ({ index }, error) => void refusals.push({ index, error });

  const { known, objects } = await findObjects(tx, flow, candidates, stored, refuse);
  const allowed = flow.activeDeletions === 0 ? known : await outsideOfDeletions(tx, flow, known, refuse);
  const free = await withoutOverlaps(tx, flow, allowed, refuse);
  const { used, uses } = await useObjects(tx, flow, free, objects, { fitRanges, refuse });
  if (used.length > 0) {
    const media = await insert(tx, flow, used, uses);
    await tx.subscribers.segmentsRegistered(tx.rows, flow, media, beginnings);
  }
  return refusals;
}

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

/** Returns the media objects of the segments. */
async function insert(
  tx: StoreTransaction,
  flow: FlowState,
  accepted: readonly Candidate[],
  uses: ObjectUses,
): Promise<readonly MediaObject[]> {
  const segments = accepted.map(({ segment }): NewSegment & SegmentParts => {
    const object = uses.get(segment.objectId);
    const urls = segment.urls.length > 0 ? segment.urls : object.externalUrls;
    const init = segment.initObjectId === undefined ? undefined : uses.get(segment.initObjectId);
    return {
      objectId: object.id,
      startNs: segment.startNs,
      endNs: segment.endNs,
      fragment: segment.fragment,
      initObjectId: object.initObjectId ?? null,
      locations: object.locations,
      externalUrls: packUrls(urls),
      init: init && {
        id: init.id,
        locations: init.locations,
        externalUrls: packUrls(init.externalUrls),
      },
      objectTimerange: object.timerange?.range.toString(),
    };
  });
  const isPart = (index: number): boolean => {
    const segment = segments[index];
    return segment !== undefined && isPartOf(segment, uses.get(segment.objectId).timerange?.range);
  };
  const numbers = numbersWith(flow, segments, isPart);
  const { fresh, changed, unchanged } = uses.rows();
  // At once: none needs another's answer, and each may be a way to another machine and back.
  await Promise.all([
    tx.segments.insert(flow.id, segments),
    tx.objects.insertNamed(fresh),
    tx.objects.use(unchanged, changed),
    tx.flows.setContent(flow, contentWith(flow.content, segments), now(), numbers),
    tx.outbox.registrations(),
  ]);
  await publishSegmentsAdded(tx, flow, segments);
  return uses.media();
}
