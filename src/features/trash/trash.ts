import type { FlowCollectionItem } from '../../tams/flows/flow.ts';
import type { JsonText, Page, PageRequest } from '../../shared/paging.ts';
import type { RowHandle } from '../../tams/row-handle.ts';
import type { NewSegment } from '../../tams/segments/segment.ts';

/** What was deleted and can still be restored (docs/adr/0016-soft-delete.md). */

/** One request that deleted something; what it took is restored and purged under its id. */
export interface Deletion {
  readonly id: string;
  /** UTC, RFC 3339. */
  readonly at: string;
  readonly by: string;
}

/** A place that a flow had in the collection of another one. */
export interface Membership {
  readonly flowId: string;
  readonly position: number;
  readonly item: FlowCollectionItem;
}

/** An entity as it was. */
export interface DeletedDocument {
  readonly deletion: Deletion;
  readonly document: JsonText;
}

export interface DeletedFlow extends DeletedDocument {
  readonly id: string;
  readonly life: string;
  readonly memberships: readonly Membership[];
  /** From where on its segments are still to be restored; null: nobody has begun to restore it. */
  readonly resumeNs: bigint | null;
  readonly handle: RowHandle;
}

export interface DeletedSource extends DeletedDocument {
  readonly handle: RowHandle;
}

export interface DeletedSegment extends NewSegment {
  readonly deletion: Deletion;
  readonly handle: RowHandle;
}

/** A flow in one of its lives. */
export interface LivingFlow {
  readonly id: string;
  readonly life: string;
}

/** A segment of a flow, by its place. */
export type PlacedSegment = Pick<NewSegment, 'startNs' | 'objectId'>;

/** A segment as listings have it: a document without URLs. */
export interface DeletedSegmentDocument extends DeletedDocument {
  readonly flowId: string;
}

/** All of what is given must hold. */
export interface DeletedFlowFilter {
  readonly flowId?: string | undefined;
  readonly sourceId?: string | undefined;
  readonly deletionId?: string | undefined;
}

export interface DeletedSourceFilter {
  readonly sourceId?: string | undefined;
  readonly deletionId?: string | undefined;
}

export interface DeletedSegmentFilter {
  readonly flowId?: string | undefined;
  readonly deletionId?: string | undefined;
}

/** Which segments to restore: those that lie between the two times completely. Null is no bound. */
export interface RestoreSelection {
  readonly deletionId?: string | undefined;
  readonly startNs: bigint | null;
  readonly endNs: bigint | null;
}

/** One deletion, or all that are not later than a time (ms since 1970). */
export type PurgeSelection = { readonly deletionId: string } | { readonly untilMs: number };

/** Listings begin with what was deleted first. */
export interface TrashReads {
  flows(filter: DeletedFlowFilter, page: PageRequest): Promise<Page<DeletedDocument>>;
  sources(filter: DeletedSourceFilter, page: PageRequest): Promise<Page<DeletedDocument>>;
  segments(filter: DeletedSegmentFilter, page: PageRequest): Promise<Page<DeletedSegmentDocument>>;
  /** Whether anything was deleted at that time or earlier. */
  holdsAny(untilMs: number): Promise<boolean>;
}

export interface Trash extends TrashReads {
  /** To be called before the flow goes. No restore of the flow goes on after it. */
  addFlow(flowId: string, memberships: readonly Membership[], deletion: Deletion): Promise<void>;
  /** To be called before the source goes. */
  addSource(sourceId: string, deletion: Deletion): Promise<void>;
  /** To be called before the segments go: `selectForDeletion` picked them, in this transaction. */
  addSegments(flow: LivingFlow, segments: readonly PlacedSegment[], deletion: Deletion): Promise<void>;
  /** Of several deletions of one flow, the one that is being restored, or else the latest. */
  findFlow(flowId: string, deletionId: string | undefined): Promise<DeletedFlow | undefined>;
  /** The flow that a deletion took. */
  flowOf(deletionId: string): Promise<DeletedFlow | undefined>;
  /** All deletions of a source, the latest first. */
  findSources(sourceId: string): Promise<DeletedSource[]>;
  /** Those of this life of the flow, in order of time, and of those that begin together the one deleted last first. */
  selectForRestore(flow: LivingFlow, selection: RestoreSelection, limit: number): Promise<DeletedSegment[]>;
  setResume(handle: RowHandle, resumeNs: bigint): Promise<void>;
  removeFlow(handle: RowHandle): Promise<void>;
  removeSource(handle: RowHandle): Promise<void>;
  removeSegments(handles: readonly RowHandle[]): Promise<void>;
  selectForPurge(
    selection: PurgeSelection,
    limit: number,
  ): Promise<{ readonly objectId: string; readonly handle: RowHandle }[]>;
  /** How many went. */
  purgeFlows(selection: PurgeSelection, limit: number): Promise<number>;
  /** How many went. */
  purgeSources(selection: PurgeSelection, limit: number): Promise<number>;
  /** Those of the objects that any segment in the trash uses. */
  usedObjects(objectIds: readonly string[]): Promise<Set<string>>;
}
