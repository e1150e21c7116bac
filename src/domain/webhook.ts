export const WEBHOOK_EVENTS = [
  'flows/created',
  'flows/updated',
  'flows/deleted',
  'flows/segments_added',
  'flows/segments_deleted',
  'sources/created',
  'sources/updated',
  'sources/deleted',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** A webhook registration (TAMS 7.0, `schemas/webhook-post.json`). */
export interface Webhook {
  url: string;
  api_key_name?: string;
  api_key_value?: string;
  events: WebhookEvent[];
  flow_ids?: string[];
  source_ids?: string[];
  flow_collected_by_ids?: string[];
  source_collected_by_ids?: string[];
  accept_get_urls?: string[];
  accept_storage_ids?: string[];
  presigned?: boolean;
  verbose_storage?: boolean;
}

/** A registration as everybody may see it. */
export type ShownWebhook = Omit<Webhook, 'api_key_value'>;
