import { checkDocument, type DocumentLimits } from '../documents/document-limits.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { Store, StoreTransaction } from '../store.ts';
import type { Principal } from '../../shared/principal.ts';
import { readableBy } from '../access/rights.ts';
import {
  ADMINS,
  type PublicWebhook,
  type Registrant,
  type ShownWebhook,
  type Webhook,
  WEBHOOK_EVENTS,
} from './webhook.ts';
import type { AddressGuard } from '../../shared/address-guard.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import { AppError } from '../../shared/errors.ts';

/** Keeps registrations for events (TAMS 7.0, `/service/webhooks`). */
export class WebhookService {
  readonly #store: Store;
  readonly #guard: AddressGuard;
  readonly #limits: DocumentLimits;
  readonly #onChange: () => void;

  /** `onChange` is called when registrations have changed. */
  constructor(store: Store, guard: AddressGuard, limits: DocumentLimits, onChange: () => void) {
    this.#store = store;
    this.#guard = guard;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  /** Admins see all, others what they registered. */
  list(page: PageRequest, principal: Principal): Promise<Page<ShownWebhook>> {
    return this.#store.webhooks.list(page, registrantOf(principal).owner);
  }

  /**
   * The same URL and API key again replaces the registration; no events remove it. A client that posts a listed
   * registration back also sends its failure, which is ignored. Returns what is registered now; undefined where it was
   * removed.
   */
  async register(
    input: Webhook & { status?: unknown; error?: unknown },
    principal: Principal,
  ): Promise<PublicWebhook | undefined> {
    const registrant = registrantOf(principal);
    const { status: _, error: __, ...given } = input;
    const webhook = { ...given, url: check(given) };
    const remove = webhook.events.length === 0;
    // Registrations from before a change of WEBHOOK_ALLOW_HOSTS can still be removed.
    if (!remove) {
      this.#checkReceiver(webhook.url);
      checkDocument('webhook', webhook, this.#limits);
      checkFilters(webhook, registrant);
    }
    const change = (): Promise<unknown> =>
      this.#store.transaction((tx) =>
        remove ? tx.webhooks.remove(webhook, registrant.owner) : this.#save(tx, webhook, registrant),
      );
    await (remove ? withReserve(change) : change());
    this.#onChange();
    const { api_key_value: ___, ...shown } = webhook;
    return remove ? undefined : shown;
  }

  /** Every event is compared with all registrations, so their number is limited. */
  async #save({ webhooks }: StoreTransaction, webhook: Webhook, registrant: Registrant): Promise<void> {
    const { owner } = registrant;
    const { maxItems } = this.#limits;
    const before = await webhooks.count();
    await webhooks.save(webhook, registrant);
    const after = await webhooks.count();
    if (after <= before) return;
    if (after > maxItems)
      throw tooMany(`there are ${before} webhooks, and ${maxItems} are the most (DOCUMENT_ITEMS_MAX)`);
    if (owner === undefined || (await webhooks.count(owner)) <= OWNED_MAX) return;
    throw tooMany(`${owner} has ${OWNED_MAX} webhooks, the most that one who is not an admin may have`);
  }

  #checkReceiver(url: string): void {
    const refusal = this.#guard.refusalOf(new URL(url));
    if (refusal !== undefined) fail('url', refusal);
  }
}

/** Limit per owner: each registration takes connections, and memory for its queue. */
const OWNED_MAX = 20;

const tooMany = (problem: string): AppError =>
  new AppError('too_many_items', `${problem}; remove one first`, { field: 'url' });

const registrantOf = (principal: Principal): Registrant =>
  principal.scopes.includes('admin') ? ADMINS : { owner: principal.name, classes: readableBy(principal) };

/** A filter by hidden collections would reveal their members. */
function checkFilters(webhook: Webhook, { classes }: Registrant): void {
  if (classes === undefined) return;
  for (const field of ['flow_collected_by_ids', 'source_collected_by_ids'] as const) {
    if (webhook[field] !== undefined) fail(field, 'cannot be used by who is limited to classes');
  }
}

/** Length in characters, as sent. */
const URL_MAX = 2_048;
/** An HTTP field name (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Headers of every delivery, and those that would change where it goes or where it ends. */
const OWN_HEADERS =
  /^(connection|content-(encoding|length|type)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|webhook-id)$/i;
/** No line breaks or other control characters: a value must not be able to add headers. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Returns the one spelling of its URL, so that another makes no other registration. */
function check(webhook: Webhook): string {
  const url = URL.parse(webhook.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    fail('url', 'must be an absolute http or https URL');
  }
  if (url.username !== '' || url.password !== '') fail('url', 'must not hold credentials; use api_key_name and _value');
  if (url.href.length > URL_MAX) fail('url', `must not be longer than ${URL_MAX} characters`);
  const unknown = webhook.events.find((event) => !WEBHOOK_EVENTS.includes(event));
  if (unknown !== undefined) fail('events', `there is no event "${unknown}"; known are ${WEBHOOK_EVENTS.join(', ')}`);
  if (webhook.api_key_name !== undefined && !HEADER_NAME.test(webhook.api_key_name)) {
    fail('api_key_name', 'must be the name of an HTTP header');
  }
  if (webhook.api_key_name !== undefined && OWN_HEADERS.test(webhook.api_key_name)) {
    fail('api_key_name', `must not be ${webhook.api_key_name}, which the delivery itself needs`);
  }
  if (webhook.api_key_value !== undefined) {
    if (webhook.api_key_name === undefined) fail('api_key_name', 'must be given together with api_key_value');
    if (!HEADER_VALUE.test(webhook.api_key_value)) fail('api_key_value', 'must be the value of an HTTP header');
  }
  return url.href;
}

function fail(field: string, problem: string): never {
  throw new AppError('invalid_webhook', `body/${field}: ${problem}`, { field });
}
