import type { Deletion, Membership } from '../../tams/deletion/deletion.ts';
import type { Json } from '../../shared/json-text.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { RowHandle } from '../../tams/table-access.ts';
import type { Flow } from '../../tams/flows/flow.ts';
import type { Source } from '../../tams/sources/source.ts';
import type { NewSegment } from '../../tams/segments/segment.ts';

/** Deleted content that can still be restored (docs/adr/0016-soft-delete.md). */

/** An entity as it was. */
export interface DeletedDocument<Text extends JsonText = JsonText> {
  readonly deletion: Deletion;
  readonly document: Text;
}

export interface DeletedFlow extends DeletedDocument<Json<Flow>> {
  readonly id: string;
  readonly life: string;
  readonly memberships: readonly Membership[];
  /** From where on its segments are still to be restored; null: nobody has begun to restore it. */
  readonly resumeNs: bigint | null;
  readonly handle: RowHandle;
}

export interface DeletedSource extends DeletedDocument<Json<Source>> {
  readonly handle: RowHandle;
}

export interface DeletedSegment extends NewSegment {
  readonly deletion: Deletion;
  readonly handle: RowHandle;
}

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
