import type { DeletionRequestService } from './deletion-request-service.ts';
import type { FlowService } from './flow-service.ts';
import type { ObjectService } from './object-service.ts';
import type { SegmentService } from './segment-service.ts';
import type { ServiceInfoService } from './service-info-service.ts';
import type { SourceService } from './source-service.ts';
import type { StorageService } from './storage-service.ts';
import type { WebhookService } from './webhook-service.ts';

/** What the HTTP layer calls: one service per resource. */
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
