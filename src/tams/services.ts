import type { MediaStoreRegistry } from '../media/media-store.ts';
import { DeletionRequestService } from './deletion/deletion-request-service.ts';
import { SegmentDeletion, type SegmentDeletionOptions } from './deletion/segment-deletion.ts';
import type { DocumentLimits } from './documents/document-limits.ts';
import { FlowService } from './flows/flow-service.ts';
import type { KeptFlows } from './flows/kept-flows.ts';
import { type InstanceOptions, InstanceService } from './objects/instance-service.ts';
import { ObjectService } from './objects/object-service.ts';
import { ProfileService } from './profiles/profile-service.ts';
import type { SegmentPageCache } from './segments/segment-page-cache.ts';
import { SegmentRegistration } from './segments/segment-registration.ts';
import { SegmentService } from './segments/segment-service.ts';
import { ServiceInfoService, type Timeouts } from './service/service-info-service.ts';
import { SourceService } from './sources/source-service.ts';
import { StorageService } from './storage/storage-service.ts';
import type { WebhookService } from './webhooks/webhook-service.ts';
import type { VastStore } from './vast-store.ts';

/** Services for the HTTP layer, one per resource. */
export interface Services {
  readonly serviceInfo: ServiceInfoService;
  readonly sources: SourceService;
  readonly flows: FlowService;
  readonly profiles: ProfileService;
  readonly segments: SegmentService;
  readonly storage: StorageService;
  readonly objects: ObjectService;
  readonly instances: InstanceService;
  readonly deletionRequests: DeletionRequestService;
  readonly webhooks: WebhookService;
}

interface ServiceParts {
  /** The storage backends that the operation may use. */
  readonly media: MediaStoreRegistry;
  /** Those that the principal may use in any way. */
  readonly knownMedia: MediaStoreRegistry;
  /** The version of this server. */
  readonly version: string;
  readonly timeouts: Timeouts;
  /** Those of the storage backends. */
  readonly labels: ReadonlySet<string>;
  /** Views of the store share it: a page is looked up after the view has found the flow. */
  readonly pages: SegmentPageCache;
  /** For the store without limits: limited views keep no flows. */
  readonly keptFlows: KeptFlows;
  readonly deletion: SegmentDeletionOptions;
  readonly allocationExpiryMs: number;
  readonly limits: DocumentLimits;
  readonly instances: Omit<InstanceOptions, 'labels' | 'limits'>;
  /** Services that are not about single flows and sources are shared by all principals. */
  readonly forAll: Pick<Services, 'webhooks'>;
}

/** The services over the store, or over a view of it. */
export function buildServices(store: VastStore, parts: ServiceParts): Services {
  const { media, knownMedia, labels, pages, allocationExpiryMs, limits, forAll } = parts;
  const deletion = new SegmentDeletion(store, parts.deletion);
  return {
    ...forAll,
    serviceInfo: new ServiceInfoService(store, knownMedia, parts.version, parts.timeouts),
    sources: new SourceService(store, limits),
    flows: new FlowService(store, deletion, limits, parts.keptFlows),
    profiles: new ProfileService(store, limits),
    segments: new SegmentService(store, media, new SegmentRegistration(store, labels, limits), deletion, pages),
    storage: new StorageService(store, media, allocationExpiryMs, knownMedia),
    objects: new ObjectService(store, media),
    instances: new InstanceService(store, media, knownMedia, { labels, limits, ...parts.instances }),
    deletionRequests: new DeletionRequestService(store),
  };
}
