import type { DocumentLimits } from '../documents/document-limits.ts';
import type { DeletionRequest } from '../deletion/deletion.ts';
import type { MediaObject } from '../objects/media-object.ts';
import { packUrls } from '../objects/object-location.ts';
import type { NewSegment, SegmentInput, SegmentParts } from './segment.ts';
import { AppError } from '../../shared/errors.ts';
import { TimeRange } from '../../shared/time/timerange.ts';
import { now } from '../../shared/time/clock.ts';
import { publishSegmentsAdded } from '../webhooks/event-publishing.ts';
import { containerOf, writable, writableFlow } from '../flows/flow-access.ts';
import { contentWith } from '../flows/flow-content.ts';
import type { KnownObject, ObjectUses } from './object-uses.ts';
import { isPartOf } from './segment-clock.ts';
import { numbersWith } from './segment-numbers.ts';
import { type Candidate, findObjects, namedObjects, type Refuse, useObjects } from './segment-objects.ts';
import { onlyOf, type Outcomes, type Refusal, type Registration, RegistrationQueue } from './registration-queue.ts';
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

/** Puts segments on a flow's timeline (TAMS 7.0, POST /flows/{flowId}/segments). */
export class SegmentRegistration {
  readonly #queue: RegistrationQueue;
  readonly #backendLabels: ReadonlySet<string>;
  readonly #limits: DocumentLimits;

  constructor(store: VastStore, backendLabels: ReadonlySet<string>, limits: DocumentLimits) {
    this.#queue = new RegistrationQueue(store, registerAll);
    this.#backendLabels = backendLabels;
    this.#limits = limits;
  }

  /**
   * Registers the valid segments in one transaction, and returns the others. The count of queries does not depend on
   * the count of segments.
   *
   * @param fitRanges whether a segment must lie within the timerange of its object; if not, one that was assumed grows
   */
  register(flowId: string, inputs: readonly SegmentInput[], fitRanges = false): Promise<Refusal[]> {
    return this.#queue.add(this.#prepare(flowId, inputs, fitRanges));
  }

  /** As `register`, in a transaction of the caller. */
  async registerIn(tx: StoreTransaction, flowId: string, inputs: readonly SegmentInput[]): Promise<Refusal[]> {
    return onlyOf(await registerAll(tx, [this.#prepare(flowId, inputs)]));
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
    const registration = this.#prepare(flowId, inputs);
    const flow = await writableFlow(tx, flowId);
    containerOf(flow);
    const ids = adopted.map(({ id }) => id);
    const stored: Map<string, KnownObject> = new Map(await tx.objects.findMany(ids, new Set([flowId])));
    const taken = await tx.objects.taken(ids.filter((id) => !stored.has(id)));
    for (const object of adopted) {
      // One that is being reclaimed is unknown until its row is gone.
      if (stored.has(object.id) || taken.has(object.id)) continue;
      const { id: firstFlow, life: firstLife } = flow;
      const { beginning: _, ...row } = object;
      stored.set(object.id, { ...row, firstFlow, firstLife, externalUrls: [], referenced: false });
    }
    const beginnings = new Map(adopted.flatMap(({ id, beginning }) => (beginning ? [[id, beginning] as const] : [])));
    const accepted = await accept(tx, flow, registration, stored);
    await write(tx, [accepted], beginnings);
    return accepted.refusals;
  }

  #prepare(flowId: string, inputs: readonly SegmentInput[], fitRanges = false): Registration {
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
    return { flowId, candidates, malformed, objectIds: namedObjects(candidates), fitRanges };
  }
}

/**
 * Registers each for itself, with the same answers as one after the other. Flows and objects are read by one statement each for all
 * registrations that name different ones.
 */
async function registerAll(tx: StoreTransaction, registrations: readonly Registration[]): Promise<Outcomes> {
  const outcomes = new Map<Registration, PromiseSettledResult<Refusal[]>>();
  for (const round of apart(registrations)) {
    const settled = await registerApart(tx, round);
    for (const [index, registration] of round.entries()) {
      const outcome = settled[index];
      if (outcome !== undefined) outcomes.set(registration, outcome);
    }
  }
  return registrations.flatMap((each) => outcomes.get(each) ?? []);
}

/** Rounds within which no two name the same flow or object: what one writes, none of the same round has read. */
function apart(registrations: readonly Registration[]): (readonly Registration[])[] {
  if (registrations.length === 1) return [registrations];
  const rounds: Registration[][] = [];
  const next = new Map<string, number>();
  for (const registration of registrations) {
    const names = [registration.flowId, ...registration.objectIds];
    const place = names.reduce((latest, name) => Math.max(latest, next.get(name) ?? 0), 0);
    for (const name of names) next.set(name, place + 1);
    (rounds[place] ??= []).push(registration);
  }
  return rounds;
}

async function registerApart(tx: StoreTransaction, registrations: readonly Registration[]): Promise<Outcomes> {
  const flowIds = registrations.map(({ flowId }) => flowId);
  const objectIds = registrations.flatMap((each) => each.objectIds);
  const [states, stored] = await Promise.all([
    tx.flows.states(flowIds),
    // A writer reuses objects that it may read, and registers first those that were allocated for the flow (AppNote 0016).
    tx.withRight('read').objects.findMany(objectIds, new Set(flowIds)),
  ]);
  const flows = new Map(states.map((flow) => [flow.id, flow]));
  const accepted = await Promise.allSettled(
    registrations.map(async (registration) => {
      const { flowId } = registration;
      // Read again where it is missing: a limited view may have an error of its own for it.
      const flow = writable(flows.get(flowId) ?? (await tx.flows.state(flowId)), flowId);
      containerOf(flow);
      return accept(tx, flow, registration, stored);
    }),
  );
  const failed = accepted.find((each) => each.status === 'rejected' && !(each.reason instanceof AppError));
  if (failed?.status === 'rejected') throw failed.reason;
  await write(
    tx,
    accepted.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
  );
  return accepted.map((each) => (each.status === 'rejected' ? each : { ...each, value: each.value.refusals }));
}

/** The segments of a registration that may be written, and the others. */
interface Accepted {
  readonly flow: FlowState;
  readonly used: readonly Candidate[];
  readonly uses: ObjectUses;
  readonly refusals: Refusal[];
}

async function accept(
  tx: StoreTransaction,
  flow: FlowState,
  registration: Registration,
  stored: ReadonlyMap<string, KnownObject>,
): Promise<Accepted> {
  const { malformed, fitRanges } = registration;
  const refusals = [...malformed];
  const refuse: Refuse = ({ index }, error) => void refusals.push({ index, error });

  const { known, objects } = await findObjects(tx, flow, registration, stored, refuse);
  const allowed = flow.activeDeletions === 0 ? known : await outsideOfDeletions(tx, flow, known, refuse);
  const free = await withoutOverlaps(tx, flow, allowed, refuse);
  const { used, uses } = await useObjects(tx, flow, free, objects, { fitRanges, refuse });
  return { flow, used, uses, refusals: refusals.sort((a, b) => a.index - b.index) };
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

/** Writes what was accepted, of different flows and objects. */
async function write(
  tx: StoreTransaction,
  all: readonly Accepted[],
  beginnings: Beginnings = new Map(),
): Promise<void> {
  const added = all.flatMap((each) => (each.used.length === 0 ? [] : [{ ...each, segments: segmentsOf(each) }]));
  if (added.length === 0) return;
  const rows = added.map(({ uses }) => uses.rows());
  // Before anything is sent: answers that come in between would make another way there and back.
  const changes = added.map(({ flow, segments, uses }) => {
    const isPart = (index: number): boolean => {
      const segment = segments[index];
      return segment !== undefined && isPartOf(segment, uses.get(segment.objectId).timerange?.range);
    };
    const numbers = numbersWith(flow, segments, isPart);
    return { flow, content: contentWith(flow.content, segments), numbers };
  });
  // At once: none needs another's answer, and each may be a way to another machine and back.
  await Promise.all([
    tx.segments.insertAll(added),
    tx.objects.insertNamed(rows.flatMap(({ fresh }) => fresh)),
    tx.objects.use(
      rows.flatMap(({ unchanged }) => unchanged),
      rows.flatMap(({ changed }) => changed),
    ),
    tx.flows.setContents(changes, now()),
    tx.outbox.registrations(),
  ]);
  for (const { flow, segments, uses } of added) {
    await publishSegmentsAdded(tx, flow, segments);
    await tx.subscribers.segmentsRegistered(tx.rows, flow, uses.media(), beginnings);
  }
}

const segmentsOf = ({ used, uses }: Accepted): (NewSegment & SegmentParts)[] =>
  used.map(({ segment }) => {
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
