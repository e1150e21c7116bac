import type { Environment } from '../config/environment.ts';
import type { DocumentLimits } from './documents/document-limits.ts';
import { readWebhooks, type WebhookConfig } from './webhooks/webhook-settings.ts';

export interface TamsSettings {
  /** Whether the classes of principals limit what they see and change (docs/adr/0015-access-by-tags.md). */
  readonly classes: boolean;
  readonly limits: {
    readonly segmentsPerRequest: number;
    readonly deleteSyncMax: number;
    /** Of the JSON of a flow, a source, a webhook or a segment, and of a list within one. */
    readonly documents: DocumentLimits;
  };
  readonly reclaim: { readonly graceS: number; readonly allocationExpiryS: number };
  readonly deletion: { readonly requestExpiryS: number };
  readonly webhooks: WebhookConfig;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TEN_YEARS_S = 315_360_000;

export const readTams = (env: Environment): TamsSettings => ({
  classes: env.flag('AUTH_CLASSES') ?? false,
  limits: {
    segmentsPerRequest: env.integer('SEGMENTS_PER_REQUEST_MAX', { default: 5000, min: 1, max: 1_000_000 }),
    deleteSyncMax: env.integer('DELETE_SYNC_MAX', { default: 1000, min: 0, max: 1_000_000 }),
    documents: {
      maxBytes: env.integer('DOCUMENT_MAX_BYTES', { default: MIB, min: 1024, max: GIB }),
      maxItems: env.integer('DOCUMENT_ITEMS_MAX', { default: 1000, min: 1, max: 1_000_000 }),
    },
  },
  reclaim: {
    graceS: env.integer('RECLAIM_GRACE_S', { default: 300, min: 0, max: TEN_YEARS_S }),
    allocationExpiryS: env.integer('ALLOCATION_EXPIRY_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
  },
  deletion: {
    requestExpiryS: env.integer('DELETE_REQUEST_EXPIRY_S', { default: 86_400, min: 1, max: TEN_YEARS_S }),
  },
  webhooks: readWebhooks(env),
});
