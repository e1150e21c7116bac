import type { Static, TSchema, TUnsafe } from 'typebox';
import type { Validate } from '../../http/validation/body-validator.ts';
import type { JsonText } from '../../shared/paging.ts';
import type { TagMatch, Tags, TagValue } from '../documents/tags.ts';
import type { Flow, FlowCollectionItem, FlowInput, ProfiledFlow } from '../flows/flow.ts';
import type { FlowSchemas } from '../flows/flow-schemas.ts';
import type {
  deletionRequestListQuery,
  flowListQuery,
  objectQuery,
  segmentListQuery,
  sourceListQuery,
} from '../parameters.ts';
import type { SegmentDetails, SegmentInput } from '../segments/segment.ts';
import type { ServiceDescription } from '../service/service-info-service.ts';
import type { AllocatedStorage, StorageRequest } from '../storage/storage-service.ts';

/**
 * A version of TAMS: schemas and translation at the door of the one store (docs/adr/0031-two-versions.md). Rows and
 * services know the fullest form of everything, and no version.
 */
export interface Surface {
  /** As `GET /service` tells it. */
  readonly version: string;
  readonly tags: TagSurface;
  readonly listings: ListingSurface;
  readonly flows: FlowSurface;
  readonly sources: SourceSurface;
  readonly segments: SegmentSurface;
  readonly objects: ObjectSurface;
  readonly storage: StorageSurface;
  readonly service: ServiceSurface;
}

interface TagSurface {
  readonly value: TUnsafe<TagValue>;
  readonly all: TSchema;
  /** Validates a value. */
  readonly validate: Validate;
  readonly show: (value: TagValue) => TagValue;
  readonly showAll: (tags: Tags) => Tags;
  /** The value to keep where a client sends this one. */
  readonly read: (value: TagValue, present: TagValue | undefined) => TagValue;
  /** The tags that a filter's text matches. */
  readonly match: (text: string) => TagMatch;
}

/** Listings whose order clients may choose. */
interface ListingSurface {
  readonly headers: Record<string, TSchema>;
  /** The order that a query asks for; undefined: the oldest first, in a version that has no other. */
  readonly orderOf: <By extends string>(query: SortQuery<By>) => { by: By | 'created'; reverse: boolean } | undefined;
  readonly deletionRequestQuery: typeof deletionRequestListQuery;
}

interface SortQuery<By extends string> {
  readonly sort_by?: By | 'created';
  readonly reverse_order?: boolean;
}

interface FlowSurface extends FlowSchemas {
  readonly listQuery: typeof flowListQuery;
  readonly collection: TUnsafe<FlowCollectionItem[]>;
  /** Validates the body of a PUT. */
  readonly validate: Validate;
  /** @param text as services print a flow */
  readonly show: (text: JsonText) => JsonText;
  readonly showCollection: (items: readonly FlowCollectionItem[]) => FlowCollectionItem[];
  /** The flow to keep of the body of a PUT. @param present the flow that it replaces */
  readonly read: (input: FlowInput, present: Flow | undefined) => FlowInput | ProfiledFlow;
  /** Whether a change of a single property takes a flow out of its profile; else it is refused. */
  readonly leavesProfile: boolean;
  readonly validateCollection: Validate;
  readonly readCollection: (items: readonly FlowCollectionItem[]) => FlowCollectionItem[];
}

interface SegmentSurface {
  readonly listQuery: typeof segmentListQuery;
  readonly shown: TSchema;
  readonly input: TUnsafe<SegmentInput | SegmentInput[]>;
  readonly validate: (maxItems: number) => Validate;
  readonly details: (query: Static<typeof segmentListQuery>) => SegmentDetails;
  /** Whether segments must lie within the ranges of their objects. */
  readonly fitRanges: boolean;
}

interface ObjectSurface {
  readonly query: typeof objectQuery;
  readonly schema: TSchema;
  /** Whether it shows more than the flows that use an object. */
  readonly hasDetails: boolean;
}

interface StorageSurface {
  readonly input: TUnsafe<StorageRequest>;
  readonly validate: Validate;
  readonly schema: TSchema;
  readonly show: (allocated: AllocatedStorage) => object;
}

interface ServiceSurface {
  readonly schema: TSchema;
  readonly show: (service: ServiceDescription) => object;
}

interface SourceSurface {
  readonly listQuery: typeof sourceListQuery;
  readonly schema: TSchema;
  readonly show: (text: JsonText) => JsonText;
}
