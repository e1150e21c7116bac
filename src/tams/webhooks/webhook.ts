import type { Json } from '../../shared/json-text.ts';
import type { TagFilter, Tags } from '../documents/tags.ts';

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

/** A webhook registration (TAMS, `schemas/webhook.json`). */
export interface Webhook {
  url: string;
  api_key_name?: string;
  api_key_value?: string;
  events: WebhookEvent[];
  flow_ids?: string[];
  source_ids?: string[];
  /** Null: flows that nothing collects. An empty list: none at all. */
  flow_collected_by_ids?: string[] | null;
  /** The same of sources. */
  source_collected_by_ids?: string[] | null;
  accept_get_urls?: string[];
  accept_storage_ids?: string[];
  presigned?: boolean;
  verbose_storage?: boolean;
  include_object_timerange?: boolean;
  tags?: Tags;
}

/** Identifies registrations, by URL, API key and owner, to clients that know no ids. */
export type WebhookKey = Pick<Webhook, 'url' | 'api_key_name' | 'api_key_value'>;

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

/** A registration as everybody may see it. `disabled` is the word of a client, `error` that of the deliveries. */
export type ShownWebhook = PublicWebhook & {
  readonly id: string;
  readonly status: 'started' | 'disabled' | 'error';
  readonly error?: WebhookFailure;
};

/** Positions of the log, both ends included. */
export type PositionRange = readonly [from: number, to: number];

/** An attempt to deliver an event, as operators may see it. */
export interface DeliveryAttempt {
  readonly event_id: string;
  readonly event_type: WebhookEvent;
  /** When it began. */
  readonly time: string;
  readonly duration_ms: number;
  /** HTTP status of the answer, if there was one. */
  readonly status?: number;
  /** Why it failed, without secrets. */
  readonly error?: string;
}

/** Progress of the deliveries to a registration. */
export interface WebhookProgress {
  /** Every event up to here is done: delivered, not wanted, or given up. */
  readonly position: number;
  /** Done events after it, in order. */
  readonly done: readonly PositionRange[];
  /** Start of the failure, in ms since 1970; undefined while all is well. */
  readonly troubledSinceMs?: number;
  readonly failure?: WebhookFailure;
  /** The last attempts, the latest first. As text: it is read when somebody asks. */
  readonly attempts?: Json<readonly DeliveryAttempt[]>;
}

/** Whether nothing could be delivered for too long: events that are old by then are given up. */
export const isFailing = ({ failure }: Pick<WebhookProgress, 'failure'>): boolean =>
  failure?.type === 'webhook_failing';

/** A registration for deliveries. */
export interface Registration extends WebhookProgress, Registrant, Subscription {
  /** The id, or what follows from the URL, the key and the owner. It is safe to log. */
  readonly identity: string;
  /** Changes whenever a client changes the registration. */
  readonly revision: string;
  /** The version of the API whose form its events have; undefined: it is older than the choice. */
  readonly form?: string | undefined;
  /** The header that carries the key. Opens the key: throws where it was sealed with another SECRET_KEY. */
  readonly apiKeyHeader: () => { readonly name: string; readonly value: string } | undefined;
}

/** A registration as it is kept. */
export interface KeptWebhook extends Registration {
  readonly id: string;
  readonly isDisabled: boolean;
}

/** Whether a registration is found by its URL and key, and not by its id alone. */
export const isKnownByKey = ({ identity, id }: KeptWebhook): boolean => identity !== id;

/** A view of the registrations: those of an owner, and those that the tag `auth_classes` shares. */
export interface WebhookView {
  readonly owner: string;
  /** The classes that give the right that is asked for; undefined: none limit it. */
  readonly classes: readonly string[] | undefined;
}

/** Filter and order of a listing; by default the order of creation. */
export interface WebhookQuery {
  readonly tags?: TagFilter;
  readonly byUrl?: 'asc' | 'desc';
}
