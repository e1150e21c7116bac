import type { DeletionRequestService } from './deletion/deletion-request-service.ts';
import type { FlowService } from './flows/flow-service.ts';
import type { ObjectService } from './objects/object-service.ts';
import type { SegmentService } from './segments/segment-service.ts';
import type { ServiceInfoService } from './service/service-info-service.ts';
import type { SourceService } from './sources/source-service.ts';
import type { StorageService } from './storage/storage-service.ts';
import type { WebhookService } from './webhooks/webhook-service.ts';

/** Services for the HTTP layer, one per resource. */
export interface Services {
  readonly serviceInfo: ServiceInfoService;
  readonly sources: SourceService;
  readonly flows: FlowService;
  readonly segments: SegmentService;
  readonly storage: StorageService;
  readonly objects: ObjectService;
  readonly deletionRequests: DeletionRequestService;
  readonly webhooks: WebhookService;
}
