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

/** A registration without its key: what filters and renders. */
export type PublicWebhook = Readonly<Omit<Webhook, 'api_key_value'>>;

/** Why nothing could be delivered to a registration for too long. */
export interface WebhookFailure {
  readonly type: string;
  readonly summary: string;
  readonly time: string;
}

/** A registration as everybody may see it; 7.0 has no word for one that fails, so these are ours. */
export type ShownWebhook = PublicWebhook & { readonly status?: 'error'; readonly error?: WebhookFailure };

/** How far the deliveries to a registration have come. */
export interface WebhookProgress {
  /** Every event up to here is done: delivered, not wanted, or given up. */
  readonly position: number;
  /** Positions after it that are done too, in order. */
  readonly done: readonly number[];
  /** Since when nothing could be delivered, in ms since 1970; undefined while all is well. */
  readonly troubledSinceMs?: number;
  /** Present when that is too long. */
  readonly failure?: WebhookFailure;
}

/** A registration as the deliveries need it. */
export interface Registration extends WebhookProgress {
  /** Follows from the URL and the key, and is safe to log. */
  readonly identity: string;
  /** Changes whenever the registration is posted. */
  readonly revision: string;
  readonly webhook: PublicWebhook;
  /** The header that carries the key. Opens the key: throws where it was sealed with another SECRET_KEY. */
  readonly apiKeyHeader: () => { readonly name: string; readonly value: string } | undefined;
}
