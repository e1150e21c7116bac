import { randomUUID } from 'node:crypto';
import {
  ADMINS,
  isKnownByKey,
  type KeptWebhook,
  type PublicWebhook,
  type Registrant,
  type Registration,
  type ShownWebhook,
  type Webhook,
  type WebhookKey,
  type WebhookProgress,
} from './webhook.ts';
import { AppError } from '../../shared/errors.ts';
import { toJson } from '../../shared/json-text.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import { eq, everyRow, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { accessCell } from '../access/access.ts';
import { classesOf } from '../access/access-classes.ts';
import { countRegistrationChange } from '../counter-repository.ts';
import { EventLogRepository } from './event-log-repository.ts';
import { ofOwner, WebhookReader } from './webhook-reader.ts';
import { PROGRESS_COLUMNS, progressCells, shownWebhook } from './webhook-row.ts';
import { WEBHOOKS } from './webhook-tables.ts';

/** How a registration is saved that is known by its key. */
interface SaveOptions {
  readonly form?: string;
  /** The registration to keep, in place of one that is there already; the given one by default. */
  readonly merge?: (present: ShownWebhook | undefined) => Webhook;
}

/** Whether a registration has this key, if it can be decrypted. */
function mayHaveKey({ apiKeyHeader }: Registration, value: string | undefined): boolean {
  try {
    return apiKeyHeader()?.value === value;
  } catch {
    return true;
  }
}

export class WebhookRepository extends WebhookReader {
  readonly #tx: ManagedTransaction;
  readonly #secrets: SecretBox;

  constructor(tx: ManagedTransaction, secrets: SecretBox) {
    super(tx, secrets);
    this.#tx = tx;
    this.#secrets = secrets;
  }

  /** Counts those of an owner, or all. */
  count(owner?: string): Promise<number> {
    return this.#tx.count(WEBHOOKS, ofOwner(owner));
  }

  /** Adds a registration that is known by its id alone. It is told of events from here on. */
  async insert(webhook: Webhook, registrant: Registrant, form: string, isDisabled: boolean): Promise<ShownWebhook> {
    const id = randomUUID();
    await this.#insert(id, id, webhook, registrant, { form, disabled: isDisabled });
    return shownWebhook(id, withoutKey(webhook), { isDisabled });
  }

  /**
   * Saves a registration that is known by its URL, API key name, API key value and owner. A new one is told of events
   * from here on; one that is there already is updated, and tried again at once if it failed.
   */
  async save(
    webhook: Webhook,
    registrant: Registrant = ADMINS,
    { form, merge = () => webhook }: SaveOptions = {},
  ): Promise<ShownWebhook> {
    const { owner } = registrant;
    const identity = this.#identity(webhook, owner);
    const [known] = await this.kept(eq('identity', identity));
    const present = known ?? (await this.#lost(webhook, owner))[0];
    const merged = merge(present && shownWebhook(present.id, present.webhook, present));
    if (present === undefined) {
      const id = randomUUID();
      await this.#insert(id, identity, merged, registrant, { form: form ?? null });
      return shownWebhook(id, withoutKey(merged), { isDisabled: false });
    }
    const { id, isDisabled } = present;
    await countRegistrationChange(this.#tx);
    await this.#tx.update(WEBHOOKS, eq('identity', present.identity), {
      identity,
      id,
      form: form ?? null,
      sealed_api_key: this.#seal(webhook),
      ...this.#cells(merged, registrant),
    });
    return shownWebhook(id, withoutKey(merged), { isDisabled });
  }

  /**
   * Replaces a registration, which is the registrant's then. Its key stays where no other is given, and goes with its name. One that was disabled is
   * told of events from here on, and one that failed is tried again at once.
   */
  async replace(
    present: KeptWebhook,
    webhook: Webhook,
    registrant: Registrant,
    isDisabled: boolean,
  ): Promise<ShownWebhook> {
    const { api_key_name: name, api_key_value: value } = webhook;
    const keepsKey = name !== undefined && value === undefined;
    const isRestarted = present.isDisabled && !isDisabled;
    const identity = isKnownByKey(present)
      ? await this.#changedIdentity(present, webhook, registrant.owner)
      : present.identity;
    await countRegistrationChange(this.#tx);
    await this.#tx.update(WEBHOOKS, eq('identity', present.identity), {
      identity,
      disabled: isDisabled,
      ...this.#cells(webhook, registrant),
      ...(!keepsKey && { sealed_api_key: this.#seal(webhook) }),
      // Events from while it was disabled are not told later.
      ...(isRestarted && { position: BigInt(await this.#endOfLog()), done: null }),
    });
    return shownWebhook(present.id, withoutKey(webhook), { isDisabled });
  }

  async delete({ identity }: KeptWebhook): Promise<void> {
    await this.#tx.delete(WEBHOOKS, eq('identity', identity));
    await countRegistrationChange(this.#tx);
  }

  /**
   * Removes the owner's registration of this key. Without an owner it removes the admins', and those of all owners with
   * this URL and API key name; of these the value, which admins may not know, counts only if it is given. Registrations
   * that are known by their ids alone stay.
   */
  async remove(key: WebhookKey, owner?: string): Promise<void> {
    const remove = (identities: readonly string[]) => this.#tx.delete(WEBHOOKS, isIn('identity', identities));
    let removed = await remove([this.#identity(key, owner)]);
    if (removed === 0) removed = await remove((await this.#lost(key, owner)).map(({ identity }) => identity));
    if (owner === undefined) removed += await remove(await this.#ofOwners(key));
    if (removed > 0) await countRegistrationChange(this.#tx);
  }

  /** Identities of the owners' registrations with this URL, API key name and, if given, value. */
  async #ofOwners(key: WebhookKey): Promise<string[]> {
    const alike = await this.#alike(key);
    return alike
      .filter(({ owner }) => owner !== undefined)
      .filter((each) => key.api_key_value === undefined || mayHaveKey(each, key.api_key_value))
      .map(({ identity }) => identity);
  }

  /**
   * Registrations that may be this one and were made under another SECRET_KEY. Their keys cannot be decrypted, so only
   * URL and key name identify them.
   */
  async #lost(key: WebhookKey, owner: string | undefined): Promise<KeptWebhook[]> {
    const alike = await this.#alike(key);
    return alike.filter((each) => each.owner === owner && mayHaveKey(each, key.api_key_value));
  }

  /** Those that are known by this URL and API key name, whoever made them. */
  async #alike({ url, api_key_name: name }: WebhookKey): Promise<KeptWebhook[]> {
    const all = await this.kept(everyRow());
    return all.filter(isKnownByKey).filter(({ webhook }) => webhook.url === url && webhook.api_key_name === name);
  }

  /** Leaves out registrations that are gone, or were changed since that revision. */
  async saveProgress(
    progress: readonly (WebhookProgress & Pick<Registration, 'identity' | 'revision'>)[],
  ): Promise<void> {
    if (progress.length === 0) return;
    const { rows, rowIds } = await this.#tx.select({
      table: WEBHOOKS,
      columns: ['identity', 'revision'],
      where: isIn(
        'identity',
        progress.map(({ identity }) => identity),
      ),
      rowIds: true,
    });
    const byIdentity = new Map(progress.map((each) => [each.identity, each]));
    const changes = rows.flatMap(([identity, revision], index) => {
      const [saved, rowId] = [byIdentity.get(identity), rowIds[index]];
      if (saved === undefined || rowId === undefined || saved.revision !== (revision ?? '')) return [];
      return [{ rowId, cells: progressCells(saved) }];
    });
    await this.#tx.updateByRowIds(
      WEBHOOKS,
      changes.map(({ rowId }) => rowId),
      PROGRESS_COLUMNS,
      changes.map(({ cells }) => cells),
    );
  }

  async #insert(
    id: string,
    identity: string,
    webhook: Webhook,
    registrant: Registrant,
    more: { readonly form: string | null; readonly disabled?: boolean },
  ): Promise<void> {
    await countRegistrationChange(this.#tx);
    const row = {
      id,
      identity,
      created_ns: BigInt(Date.now()) * 1_000_000n,
      position: BigInt(await this.#endOfLog()),
      sealed_api_key: this.#seal(webhook),
      ...this.#cells(webhook, registrant),
      ...more,
    };
    await this.#tx.insert(WEBHOOKS, [row]);
  }

  /** The cells of every registration that a client has just made or changed. */
  #cells(webhook: Webhook, { owner, classes }: Registrant) {
    return {
      url: webhook.url,
      document: toJson(withoutKey(webhook)),
      owner: owner ?? null,
      classes: classes === undefined ? null : toJson(classes),
      auth_classes: classesOf(webhook.tags) === undefined ? null : accessCell(webhook.tags),
      revision: uuidV7(),
      troubled_since_ms: null,
      failure: null,
    };
  }

  #seal({ api_key_value: value }: Webhook): string | null {
    return value === undefined ? null : this.#secrets.seal(value);
  }

  /** The identity of a registration that is known by its key, with another URL or key. Opens the present key where it stays. */
  async #changedIdentity(present: KeptWebhook, webhook: Webhook, owner: string | undefined): Promise<string> {
    const { url, api_key_name: name, api_key_value: given } = webhook;
    const isSame = url === present.webhook.url && name === present.webhook.api_key_name && given === undefined;
    if (isSame && owner === present.owner) return present.identity;
    const value = given ?? (name === undefined ? undefined : present.apiKeyHeader()?.value);
    const identity = this.#identity(
      { url, ...(name !== undefined && { api_key_name: name }), ...(value !== undefined && { api_key_value: value }) },
      owner,
    );
    if (identity === present.identity || (await this.#tx.count(WEBHOOKS, eq('identity', identity))) === 0) {
      return identity;
    }
    throw new AppError('invalid_webhook', 'body/url: there is a webhook of this URL and key already; delete it first', {
      field: 'url',
    });
  }

  /** The position of the latest event: those without a place are older than what follows, so they get theirs first. */
  async #endOfLog(): Promise<number> {
    const log = new EventLogRepository(this.#tx);
    await log.place();
    return (await log.state()).end;
  }

  /** A fingerprint, since the key value must not lie in the table in the clear. */
  #identity({ url, api_key_name: name, api_key_value: value }: WebhookKey, owner: string | undefined): string {
    const parts = [url, name ?? null, value ?? null];
    return this.#secrets.fingerprint(JSON.stringify(owner === undefined ? parts : [...parts, owner]));
  }
}

const withoutKey = ({ api_key_value: _, ...shown }: Webhook): PublicWebhook => shown;
