import { checkDocument, type DocumentLimits } from '../documents/document-limits.ts';
import { fromJson } from '../../shared/json-text.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { Principal } from '../../shared/principal.ts';
import { accessOf, checkTagChange } from '../access/access.ts';
import { readableBy, type Right, rightsOf } from '../access/rights.ts';
import {
  ADMINS,
  type DeliveryAttempt,
  type KeptWebhook,
  type PublicWebhook,
  type Registrant,
  type ShownWebhook,
  type Webhook,
  type WebhookQuery,
  type WebhookView,
} from './webhook.ts';
import type { AddressGuard } from '../../shared/address-guard.ts';
import { withReserve } from '../../operation/disk-reserve.ts';
import { AppError } from '../../shared/errors.ts';
import { shownWebhook } from './webhook-row.ts';
import { checkFilters, checkKeptKey, checkWebhook, refuseWebhook } from './webhook-rules.ts';
import type { WebhookReader } from './webhook-reader.ts';
import type { WebhookRepository } from './webhook-repository.ts';
import type { StoreTransaction, VastStore } from '../vast-store.ts';

/** A registration of a client that knows no ids. */
interface KeyedRegistration {
  readonly webhook: Webhook;
  /** The version of the API whose form its events have. */
  readonly form: string;
  /** The registration to keep of the given one, in place of one that is there already. */
  readonly merge: (webhook: Webhook, present: ShownWebhook | undefined) => Webhook;
}

/** Keeps registrations for events (TAMS, `/service/webhooks`). Admins see all, others what they registered or what is shared with them. */
export class WebhookService {
  readonly #store: VastStore;
  readonly #guard: AddressGuard;
  readonly #limits: DocumentLimits;
  readonly #onChange: () => void;

  /** `onChange` is called when registrations have changed. */
  constructor(store: VastStore, guard: AddressGuard, limits: DocumentLimits, onChange: () => void) {
    this.#store = store;
    this.#guard = guard;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  list(page: PageRequest, principal: Principal, query: WebhookQuery = {}): Promise<Page<ShownWebhook>> {
    return this.#store.webhooks.list(page, viewOf(principal, 'read'), query);
  }

  async get(id: string, principal: Principal): Promise<ShownWebhook> {
    const kept = await find(this.#store.webhooks, id, principal, 'read');
    return shownWebhook(kept.id, kept.webhook, kept);
  }

  /** The last attempts to deliver to it, the latest first. @throws AppError not_found */
  async attempts(id: string, principal: Principal): Promise<readonly DeliveryAttempt[]> {
    const { attempts } = await find(this.#store.webhooks, id, principal, 'read');
    return attempts === undefined ? [] : fromJson(attempts);
  }

  /**
   * The same URL and API key again replaces the registration; no events remove it. Registrations that were made by
   * `create` are others. Returns what is registered now; undefined where it was removed.
   */
  async register(given: KeyedRegistration, principal: Principal): Promise<ShownWebhook | undefined> {
    const registrant = registrantOf(principal);
    const webhook = { ...given.webhook, url: checkWebhook(given.webhook) };
    // Registrations from before a change of WEBHOOK_ALLOW_HOSTS can still be removed.
    if (webhook.events.length === 0) {
      await withReserve(() => this.#store.transaction((tx) => tx.webhooks.remove(webhook, registrant.owner)));
      this.#onChange();
      return undefined;
    }
    this.#check(webhook, registrant);
    const merge = (present: ShownWebhook | undefined): Webhook => {
      const merged = given.merge(webhook, present);
      checkDocument('webhook', merged, this.#limits, present);
      return merged;
    };
    return this.#change(({ webhooks }) =>
      this.#add(webhooks, registrant, () => webhooks.save(webhook, registrant, { form: given.form, merge })),
    );
  }

  /** Makes a registration of its own, whatever others there are. @param form the version whose form its events have */
  async create(given: Webhook, isDisabled: boolean, form: string, principal: Principal): Promise<ShownWebhook> {
    const registrant = registrantOf(principal);
    const webhook = { ...given, url: checkWebhook(given) };
    this.#check(webhook, registrant);
    return this.#change(({ webhooks }) =>
      this.#add(webhooks, registrant, () => webhooks.insert(webhook, registrant, form, isDisabled)),
    );
  }

  /**
   * Replaces a registration; its events keep their form. An admin leaves it to its owner. Anybody else with whom it is shared
   * makes it their own: its events are those that they may read themselves.
   */
  async replace(id: string, given: Webhook, isDisabled: boolean, principal: Principal): Promise<ShownWebhook> {
    const asking = registrantOf(principal);
    const webhook = { ...given, url: checkWebhook(given) };
    return this.#change(async ({ webhooks }) => {
      const present = await find(webhooks, id, principal, 'write');
      const registrant = asking.owner === undefined ? present : asking;
      this.#check(webhook, registrant, present.webhook);
      checkKeptKey(present, webhook, registrant);
      if (registrant.owner !== present.owner) {
        const rights = rightsOf(principal);
        if (rights !== undefined)
          checkTagChange(accessOf({ rights, right: 'write' }), present.webhook.tags, webhook.tags);
        await checkOwned(webhooks, registrant, 1);
      }
      if (isDisabled && !present.isDisabled && present.failure !== undefined) {
        refuseWebhook('status', 'a webhook in error cannot be disabled; set it to created first, or delete it');
      }
      return webhooks.replace(present, webhook, registrant, isDisabled);
    });
  }

  async delete(id: string, principal: Principal): Promise<void> {
    await withReserve(() =>
      this.#change(async ({ webhooks }) => webhooks.delete(await find(webhooks, id, principal, 'delete'))),
    );
  }

  async #change<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const result = await this.#store.transaction(work);
    this.#onChange();
    return result;
  }

  /** Every event is compared with all registrations, so their number is limited. */
  async #add<T>(webhooks: StoreTransaction['webhooks'], registrant: Registrant, add: () => Promise<T>): Promise<T> {
    const { maxItems } = this.#limits;
    const before = await webhooks.count();
    const added = await add();
    const after = await webhooks.count();
    if (after <= before) return added;
    if (after > maxItems)
      throw tooMany(`there are ${before} webhooks, and ${maxItems} are the most (DOCUMENT_ITEMS_MAX)`);
    await checkOwned(webhooks, registrant, 0);
    return added;
  }

  #check(webhook: Webhook, registrant: Pick<Registrant, 'classes'>, present?: PublicWebhook): void {
    const refusal = this.#guard.refusalOf(new URL(webhook.url));
    if (refusal !== undefined) refuseWebhook('url', refusal);
    checkDocument('webhook', webhook, this.#limits, present);
    checkFilters(webhook, registrant);
  }
}

/** Limit per owner: each registration takes connections, and memory for its queue. */
const OWNED_MAX = 20;

const tooMany = (problem: string): AppError =>
  new AppError('too_many_items', `${problem}; remove one first`, { field: 'url' });

const registrantOf = (principal: Principal): Registrant =>
  principal.scopes.includes('admin') ? ADMINS : { owner: principal.name, classes: readableBy(principal) };

/** Throws if a registrant has too many, with those that are about to be added. */
async function checkOwned(webhooks: WebhookRepository, { owner }: Registrant, added: number): Promise<void> {
  if (owner === undefined || (await webhooks.count(owner)) + added <= OWNED_MAX) return;
  throw tooMany(`${owner} has ${OWNED_MAX} webhooks, the most that one who is not an admin may have`);
}

/** Undefined for admins, who see all. */
function viewOf(principal: Principal, right: Right): WebhookView | undefined {
  const { owner } = registrantOf(principal);
  const rights = rightsOf(principal);
  return owner === undefined ? undefined : { owner, classes: rights && (rights[right] ?? []) };
}

/** Those that a principal may not see are none; one that it may only read is refused. */
async function find(webhooks: WebhookReader, id: string, principal: Principal, right: Right): Promise<KeptWebhook> {
  const kept = await webhooks.find(id, viewOf(principal, right));
  if (kept !== undefined) return kept;
  if (right !== 'read' && (await webhooks.find(id, viewOf(principal, 'read'))) !== undefined) {
    throw new AppError('insufficient_rights', `your classes do not let you ${right} this webhook`);
  }
  throw new AppError('not_found', `there is no webhook ${id}`);
}
