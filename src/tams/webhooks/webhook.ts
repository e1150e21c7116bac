import type { Page, PageRequest } from '../../shared/paging.ts';

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

/** The owner of a registration. */
export interface Registrant {
  /** Undefined of admins, who share theirs. */
  readonly owner: string | undefined;
  /** The classes that limit its events; undefined: no limit. */
  readonly classes: readonly string[] | undefined;
}

export const ADMINS: Registrant = Object.freeze({ owner: undefined, classes: undefined });

/** The filters of a registration's events, and their rendering. */
export interface Subscription extends Pick<Registrant, 'classes'> {
  readonly webhook: PublicWebhook;
}

/** The problem of deliveries to a registration. */
export interface WebhookFailure {
  /**
   * `webhook_failing`: nothing could be delivered for too long. `webhook_held_up`: the registration's queue is full,
   * and the receiver takes none of it.
   */
  readonly type: 'webhook_failing' | 'webhook_held_up';
  readonly summary: string;
  readonly time: string;
}

/** A registration as everybody may see it; 7.0 has no word for one that fails, so these are ours. */
export type ShownWebhook = PublicWebhook & { readonly status?: 'error'; readonly error?: WebhookFailure };

/** Positions of the log, both ends included. */
export type PositionRange = readonly [from: number, to: number];

/** Progress of the deliveries to a registration. */
export interface WebhookProgress {
  /** Every event up to here is done: delivered, not wanted, or given up. */
  readonly position: number;
  /** Done events after it, in order. */
  readonly done: readonly PositionRange[];
  /** Start of the failure, in ms since 1970; undefined while all is well. */
  readonly troubledSinceMs?: number;
  readonly failure?: WebhookFailure;
}

/** Whether nothing could be delivered for too long: events that are old by then are given up. */
export const isFailing = ({ failure }: Pick<WebhookProgress, 'failure'>): boolean =>
  failure?.type === 'webhook_failing';

/** A registration for deliveries. */
export interface Registration extends WebhookProgress, Registrant, Subscription {
  /** Follows from the URL, the key and the owner, and is safe to log. */
  readonly identity: string;
  /** Changes whenever the registration is posted. */
  readonly revision: string;
  /** The header that carries the key. Opens the key: throws where it was sealed with another SECRET_KEY. */
  readonly apiKeyHeader: () => { readonly name: string; readonly value: string } | undefined;
}

export interface WebhookReads {
  /** Registrations of an owner, or all. */
  list(page: PageRequest, owner?: string): Promise<Page<ShownWebhook>>;
  /** Registrations for deliveries. */
  registrations(): Promise<Registration[]>;
}

export interface Webhooks extends WebhookReads {
  /** Counts those of an owner, or all. */
  count(owner?: string): Promise<number>;
  /**
   * A registration is known by its URL, API key name, API key value and owner. A new one is told of events from here on;
   * one that is there already is updated, and tried again at once if it failed.
   */
  save(webhook: Webhook, registrant?: Registrant): Promise<void>;
  /**
   * Removes the owner's registration. Without an owner it removes the admins', and those of all owners with this URL and
   * API key name; of these the value, which admins may not know, counts only if it is given.
   */
  remove(webhook: Pick<Webhook, 'url' | 'api_key_name' | 'api_key_value'>, owner?: string): Promise<void>;
  /** Leaves out registrations that are gone, or were posted again since that revision. */
  saveProgress(progress: readonly (WebhookProgress & Pick<Registration, 'identity' | 'revision'>)[]): Promise<void>;
}
