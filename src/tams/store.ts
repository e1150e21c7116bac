import type { TimeRange } from '../shared/time/timerange.ts';
import type { AccessClasses } from './access/access-classes.ts';
import type { Limits } from './access/rights.ts';
import type { DeletionRequestReads, DeletionRequests } from './deletion/deletion-request.ts';
import type { EventLog, EventLogReads, Outbox } from './webhooks/event-log.ts';
import type { FlowFilter, SourceFilter } from './documents/filters.ts';
import type { TagFilter } from './documents/tags.ts';
import type { Flow } from './flows/flow.ts';
import type { FormatUrn } from './documents/format.ts';
import type { LeaseReads, Leases } from './leases/lease.ts';
import type { InstanceJobReads, InstanceJobs } from './objects/instance-job.ts';
import type { MediaObject } from './objects/media-object.ts';
import type { JsonText, Page, PageRequest } from '../shared/paging.ts';
import type { Json } from '../shared/json-text.ts';
import type { Profile, ProfileFilter } from './profiles/profile.ts';
import type { RowHandle } from './row-handle.ts';
import type { NewSegment, ObjectLocation, ObjectPlaces, SegmentQuery, StoredSegment } from './segments/segment.ts';
import type { SegmentNumbers } from './segments/segment-numbers.ts';
import type { ServiceInfoReads, ServiceInfos } from './service/service-info.ts';
import type { Source } from './sources/source.ts';
import type { ManagedTransaction } from '../vastdb/managed-transaction.ts';
import type { Subscribers } from './subscribers.ts';
import type { WebhookReads, Webhooks } from './webhooks/webhook.ts';

/** The ports through which the services reach what is kept. All times of rows are UTC, RFC 3339. */

export type { RowHandle };

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
  readonly document: JsonText;
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
  readonly segmentNumbers: string | null;
  readonly handle: RowHandle;
}

/**
 * Flows that are being deleted are invisible to everything here but `deletingState`, and those that a limited view does
 * not have to everything but `hasFlows`.
 */
export interface FlowReads {
  list(filter: FlowFilter, page: PageRequest): Promise<Page<FlowDocument>>;
  find(id: string): Promise<FlowDocument | undefined>;
  /** Undefined where there is no such flow. */
  segmentsVersion(id: string): Promise<bigint | undefined>;
  state(id: string): Promise<FlowState | undefined>;
  /** Those that are there, in no order. */
  states(ids: readonly string[]): Promise<FlowState[]>;
  /** @param tags of the flows */
  existing(ids: readonly string[], tags?: TagFilter): Promise<Set<string>>;
  /** The sources of these flows, by flow id. */
  sourcesOf(ids: readonly string[]): Promise<Map<string, string>>;
  /** The flows of these sources, the first `limit` of them, as flow id -> source id. */
  ofSources(sourceIds: readonly string[], limit: number): Promise<Map<string, string>>;
}

export interface Flows extends FlowReads {
  /** The classes with access to the flow; undefined if there is no such flow, or no limited principal sees it. */
  accessOf(id: string): Promise<AccessClasses | undefined>;
  /** Whether a flow has this id that is not in this view. */
  isHidden(id: string): Promise<boolean>;
  /** @param life of a flow that is restored; any other begins a new one. */
  insert(flow: Flow, life?: string): Promise<void>;
  /** `present` is the flow as it is kept: only what differs from it is written. */
  replace(state: FlowState, present: Flow, flow: Flow): Promise<void>;
  /** After a change of segments: also gives them a new version. */
  setContent(
    flow: FlowState,
    content: FlowContent | null,
    segmentsUpdated: string,
    numbers: SegmentNumbers,
  ): Promise<void>;
  setActiveDeletions(handle: RowHandle, count: number): Promise<void>;
  /** Hides the flow from everyone until its segments are gone. */
  markDeleting(flow: FlowState): Promise<void>;
  deletingState(id: string): Promise<FlowState | undefined>;
  remove(flow: FlowState): Promise<void>;
  /** The answer stays true until this transaction ends. */
  hasFlows(sourceId: string): Promise<boolean>;
}

export interface CollectionEdge {
  readonly flowId: string;
  readonly memberId: string;
  readonly role: string;
}

export interface CollectionReads {
  /** Edges from these flows to what they collect. */
  membersOf(flowIds: readonly string[], limit?: number): Promise<CollectionEdge[]>;
  /** Edges to these flows from those that collect them. */
  collectorsOf(memberIds: readonly string[], limit?: number): Promise<CollectionEdge[]>;
}

export interface Collections extends CollectionReads {
  /**
   * Call it before a decision that depends on the collections of these flows, or on their existence. Of two
   * transactions that hold a flow, only one commits, unless one began after the other.
   */
  hold(flowIds: readonly string[]): Promise<void>;
}

export interface SourceDocument {
  readonly id: string;
  readonly document: JsonText;
}

export interface SourceState {
  readonly source: Source;
  readonly handle: RowHandle;
}

export interface SourceReads {
  list(filter: SourceFilter, page: PageRequest): Promise<Page<SourceDocument>>;
  find(id: string): Promise<SourceDocument | undefined>;
}

export interface Sources extends SourceReads {
  state(id: string): Promise<SourceState | undefined>;
  /** The classes with access to the source; undefined if there is no such source, or no limited principal sees it. */
  accessOf(id: string): Promise<AccessClasses | undefined>;
  /** The format of any source, in this view or not. */
  format(id: string): Promise<FormatUrn | undefined>;
  /** Whether a source has this id that is not in this view. */
  isHidden(id: string): Promise<boolean>;
  insert(source: Source): Promise<void>;
  /** `present` is the source as it is kept: only what differs from it is written. */
  replace(handle: RowHandle, present: Source, source: Source): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface ProfileReads {
  /** Newest first. */
  list(filter: ProfileFilter, page: PageRequest): Promise<Page<Json<Profile>>>;
  find(id: string): Promise<Json<Profile> | undefined>;
}

export interface Profiles extends ProfileReads {
  /** A profile whose id is free: nobody else takes it before this transaction ends. */
  insert(profile: Profile): Promise<void>;
}

export interface SegmentReads {
  page(flowId: string, query: SegmentQuery, page: PageRequest): Promise<Page<StoredSegment>>;
  /** The first and the last segment that overlap the range. */
  ends(flowId: string, range: TimeRange): Promise<{ first: StoredSegment; last: StoredSegment } | undefined>;
  /** The flows that use an object, by id; of an initialisation segment, through the media objects that need it. */
  flowsUsing(object: Pick<MediaObject, 'id' | 'isInit'>, page: PageRequest): Promise<Page<string>>;
  /** Whether segments of the flow need this initialisation segment. */
  usesInit(flowId: string, objectId: string): Promise<boolean>;
  /** Ranges that segments use of objects, on the objects' own timelines; of a very large number, some. */
  rangesOf(objectIds: readonly string[]): Promise<Map<string, TimeRange>>;
}

/** Which segments a deletion takes: those that the range covers completely. */
export interface SegmentSelection {
  readonly timerange: TimeRange;
  readonly objectId?: string;
}

export interface DeletableSegment {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly objectId: string;
  readonly handle: RowHandle;
}

/** A flow as far as it says where its segments are. */
export type SegmentedFlow = Pick<FlowState, 'id' | 'content'>;

export interface Segments extends SegmentReads {
  /** For each range (sorted by start) whether a segment of the flow overlaps it. */
  overlapping(flow: SegmentedFlow, ranges: readonly { startNs: bigint; endNs: bigint }[]): Promise<boolean[]>;
  insert(flowId: string, segments: readonly NewSegment[]): Promise<void>;
  /** In order of time, at most `limit`. */
  selectForDeletion(flow: SegmentedFlow, selection: SegmentSelection, limit: number): Promise<DeletableSegment[]>;
  remove(segments: readonly DeletableSegment[]): Promise<void>;
  /** The hull of what the flow has left when these (sorted by start) are gone, or undefined when nothing is. */
  hullWithout(
    flow: SegmentedFlow,
    removed: readonly DeletableSegment[],
  ): Promise<{ startNs: bigint; endNs: bigint } | undefined>;
  /** Those of the objects that any segment of any flow uses. */
  usedObjects(objectIds: readonly string[]): Promise<Set<string>>;
}

export interface StoredObject extends MediaObject {
  readonly handle: RowHandle;
}

/** An object, without its first flow where the view does not have that. */
export type ShownObject = Omit<MediaObject, 'firstFlow'> & { readonly firstFlow: string | undefined };

/** A limited view has the objects that were allocated for a flow that it has, or that any such flow uses. */
export interface ObjectReads {
  find(id: string): Promise<ShownObject | undefined>;
  /** The object of a storage path, unless it is being reclaimed. */
  findAt(location: ObjectLocation): Promise<ShownObject | undefined>;
  /** Those of the ids that objects have, without those that are being reclaimed. */
  existing(ids: readonly string[]): Promise<Set<string>>;
  /**
   * Details of objects that segments show: seen by all that see the segments. Without those that have no row any more.
   */
  details(ids: readonly string[]): Promise<Map<string, ObjectDetails>>;
}

/** The parts of an object that segments show. */
export type ObjectDetails = Pick<MediaObject, 'timerange'> & ObjectPlaces;

export interface Objects extends ObjectReads {
  /** Without those that are being reclaimed. With unused ones that were allocated for a flow, in whatever view. */
  findMany(ids: readonly string[], allocatedFor?: string): Promise<Map<string, StoredObject>>;
  /** Those of the ids that are taken, by objects that are being reclaimed too. */
  taken(ids: readonly string[]): Promise<Set<string>>;
  /** Those of the ids that objects had which were reclaimed lately: their paths were used. */
  hadBefore(ids: readonly string[]): Promise<Set<string>>;
  /** Objects whose ids were made for them: nobody else has the same. */
  insert(objects: readonly MediaObject[]): Promise<void>;
  /** Objects whose ids clients chose, that are not taken: nobody else takes them before this transaction ends. */
  insertNamed(objects: readonly MediaObject[]): Promise<void>;
  /**
   * From here on any flow may use them, and none is reclaimed before this transaction ends. Changed ones are kept as they
   * are given.
   */
  use(unchanged: readonly StoredObject[], changed?: readonly StoredObject[]): Promise<void>;
  /** Those of the ids that media objects need, of any state, as their initialisation segment. */
  neededInits(ids: readonly string[]): Promise<Set<string>>;
  /** From here on no segment can use them, and their bytes may be deleted. */
  markReclaiming(ids: readonly string[]): Promise<void>;
  /** Marked ones, whatever became of the attempt that marked them. */
  reclaiming(ids: readonly string[]): Promise<MediaObject[]>;
  /** Marked ones alone: another process may have removed them before, and their ids may be in use again. */
  remove(ids: readonly string[]): Promise<void>;
}

/**
 * Why an object may be unused: no segment used it since it was allocated, or its last segment went
 * (`dropped`), or its deletion was begun (`reclaiming`) and may have failed.
 */
export type ReclaimReason = 'allocated' | 'dropped' | 'reclaiming';

export interface ReclaimQueueReads {
  /** Whether there is anything to look at. */
  hasDue(nowMs: number): Promise<boolean>;
}

/** Objects that may have become unused, and when to look at them. */
export interface ReclaimQueue extends ReclaimQueueReads {
  add(objectIds: readonly string[], dueAtMs: number, reason: ReclaimReason): Promise<void>;
  due(nowMs: number, limit: number): Promise<{ objectId: string; handle: RowHandle }[]>;
  /** Those of the objects that were dropped so lately that they are kept still. */
  inGrace(objectIds: readonly string[], nowMs: number): Promise<Set<string>>;
  remove(handles: readonly RowHandle[]): Promise<void>;
  /** All entries of these objects, whenever they are due. */
  removeObjects(objectIds: readonly string[]): Promise<void>;
}

/** Where objects lie. */
export interface Places {
  /**
   * The object has these instances from here on, and so have the segments that use it. Of their own URLs, segments keep
   * those that the object never had.
   */
  change(object: StoredObject, places: Pick<MediaObject, 'locations' | 'externalUrls'>): Promise<void>;
}

export interface StoreReader {
  readonly flows: FlowReads;
  readonly collections: CollectionReads;
  readonly sources: SourceReads;
  readonly profiles: ProfileReads;
  readonly segments: SegmentReads;
  readonly objects: ObjectReads;
  readonly reclaimQueue: ReclaimQueueReads;
  readonly instanceJobs: InstanceJobReads;
  readonly deletionRequests: DeletionRequestReads;
  readonly webhooks: WebhookReads;
  readonly eventLog: EventLogReads;
  readonly leases: LeaseReads;
  readonly serviceInfo: ServiceInfoReads;
}

export interface StoreTransaction {
  /** The same transaction without the limits of its view, for what must be right whoever asks. */
  readonly unlimited: StoreTransaction;
  /** The same transaction over any table, for what features keep beside TAMS. */
  readonly rows: ManagedTransaction;
  readonly subscribers: Subscribers;
  /** Those that limit this transaction; undefined: nothing does. */
  readonly classes: readonly string[] | undefined;
  /** The same transaction with what the principal has another right on, or any. */
  withRight(right: Limits['right']): StoreTransaction;
  readonly flows: Flows;
  readonly collections: Collections;
  readonly sources: Sources;
  readonly profiles: Profiles;
  readonly segments: Segments;
  readonly objects: Objects;
  readonly reclaimQueue: ReclaimQueue;
  readonly places: Places;
  readonly instanceJobs: InstanceJobs;
  readonly deletionRequests: DeletionRequests;
  readonly webhooks: Webhooks;
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  readonly leases: Leases;
  readonly serviceInfo: ServiceInfos;
}

export interface Store extends StoreReader {
  /** Features add themselves before the first request. */
  readonly subscribers: Subscribers;
  /**
   * A view with only those flows and sources that their tag `auth_classes` gives a right on, and with what belongs to those
   * (docs/adr/0015-access-by-tags.md). It throws `insufficient_rights` for one that another right is given on, and its
   * transactions `outside_own_classes` where a flow or source would leave the view.
   */
  limitedTo(limits: Limits): Store;
  /**
   * A number of the state that reads see now: while it is the same, no process has committed anything. Undefined where the
   * tables cannot tell without being asked, and in a limited view, which looks each time whether it has what was kept.
   */
  dataVersion(): number | undefined;
  /**
   * All of `work` or nothing of it; durable when the promise resolves. `work` may run more than
   * once, so it changes nothing but the store, and awaits nothing else. `background` is for work
   * on many rows, which must not hold up requests.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>, options?: { background?: boolean }): Promise<T>;
}
