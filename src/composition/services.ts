import type { DocumentLimits } from '../domain/document-limits.ts';
import type { MediaStoreRegistry } from '../domain/media-store.ts';
import type { Store } from '../domain/store.ts';
import { DeletionRequestService } from '../services/deletion-request-service.ts';
import { FlowService } from '../services/flow-service.ts';
import { ObjectService } from '../services/object-service.ts';
import { SegmentDeletion, type SegmentDeletionOptions } from '../services/segment-deletion.ts';
import type { SegmentPageCache } from '../services/segment-page-cache.ts';
import { type OnRegistered, SegmentRegistration } from '../services/segment-registration.ts';
import { SegmentService } from '../services/segment-service.ts';
import type { Services } from '../services/services.ts';
import { SourceService } from '../services/source-service.ts';
import { StorageService } from '../services/storage-service.ts';

export interface ServiceParts {
  readonly media: MediaStoreRegistry;
  /** Of the storage backends. */
  readonly labels: ReadonlySet<string>;
  /** Views of the store share it: a page is looked up after the view has found the flow. */
  readonly pages: SegmentPageCache;
  readonly deletion: SegmentDeletionOptions;
  readonly allocationExpiryMs: number;
  readonly limits: DocumentLimits;
  /** What else a registration of segments does, in its transaction. */
  readonly onRegistered?: OnRegistered;
  /** What has nothing to do with single flows and sources is the same for everybody. */
  readonly forAll: Pick<Services, 'serviceInfo' | 'webhooks'>;
}

/** The services over the store, or over a view of it. */
export function buildServices(store: Store, parts: ServiceParts): Services {
  const { media, labels, pages, allocationExpiryMs, limits, forAll } = parts;
  const deletion = new SegmentDeletion(store, parts.deletion);
  return {
    ...forAll,
    sources: new SourceService(store, limits),
    flows: new FlowService(store, deletion, limits),
    segments: new SegmentService(
      store,
      media,
      new SegmentRegistration(store, labels, limits, parts.onRegistered),
      deletion,
      pages,
    ),
    storage: new StorageService(store, media, allocationExpiryMs),
    objects: new ObjectService(store),
    deletionRequests: new DeletionRequestService(store),
  };
}
