import { randomInt } from 'node:crypto';
import {
  ADMINS,
  type Registrant,
  type Registration,
  type ShownWebhook,
  type Webhook,
  type WebhookProgress,
  type WebhookReads,
  type Webhooks,
} from './webhook.ts';
import type { Page, PageRequest } from '../../shared/paging.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import { uuidV7 } from '../../shared/uuid.ts';
import { and, eq, everyRow, isIn } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { Where } from '../../vastdb/predicate/predicate.ts';
import type { CellsOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';
import { setCounter } from '../counter-repository.ts';
import { EventLogRepository } from './event-log-repository.ts';
import { toPage } from '../documents/keyset-page.ts';
import { afterCursor } from '../documents/listing-order.ts';
import type { TableReads } from '../table-access.ts';
import { WEBHOOKS } from './webhook-tables.ts';

type WebhookKey = Pick<Webhook, 'url' | 'api_key_name' | 'api_key_value'>;

/** The largest random integer. */
const MAX_VERSION = 2 ** 48 - 1;

const IN_ORDER = [
  { column: 'created_ns', direction: 'asc' },
  { column: 'identity', direction: 'asc' },
] as const;

const PROGRESS_COLUMNS = ['position', 'done', 'troubled_since_ms', 'failure'] as const;

export class WebhookReader implements WebhookReads {
  readonly #reader: TableReads;
  readonly #secrets: SecretBox | undefined;

  /** Without the secrets, keys cannot be opened. */
  constructor(reader: TableReads, secrets?: SecretBox) {
    this.#reader = reader;
    this.#secrets = secrets;
  }

  async list(page: PageRequest, owner?: string): Promise<Page<ShownWebhook>> {
    const after = afterCursor(IN_ORDER, page.after, ['bigint', 'string']);
    const { rows, cut } = await this.#reader.select({
      table: WEBHOOKS,
      columns: ['created_ns', 'identity', 'document', 'failure'],
      where: and([ofOwner(owner), ...after]),
      orderBy: IN_ORDER,
      limit: page.limit + 1,
      maxBytes: page.maxBytes,
      timeline: { column: 'created_ns' },
    });
    return toPage(
      { rows, cut },
      page.limit,
      ([, , document, failure]) => {
        const webhook = fromJson(document);
        return failure === null ? webhook : { ...webhook, status: 'error', error: fromJson(failure) };
      },
      ([created, identity]) => [created, identity],
    );
  }

  async registrations(): Promise<Registration[]> {
    const { rows } = await this.#reader.select({
      table: WEBHOOKS,
      columns: ['identity', 'revision', 'sealed_api_key', 'document', 'owner', 'classes', ...PROGRESS_COLUMNS],
      where: everyRow(),
      orderBy: IN_ORDER,
    });
    return rows.map(([identity, revision, sealed, document, owner, classes, ...progress]) => {
      const webhook = fromJson(document);
      return {
        identity,
        revision: revision ?? '',
        webhook,
        owner: owner ?? undefined,
        classes: classes === null ? undefined : fromJson(classes),
        ...toProgress(progress),
        apiKeyHeader: () => this.#openKey(webhook.api_key_name, sealed),
      };
    });
  }

  #openKey(name: string | undefined, sealed: string | null): { name: string; value: string } | undefined {
    if (name === undefined || sealed === null) return undefined;
    if (this.#secrets === undefined) throw new TypeError('this reader has no secrets to open keys with');
    return { name, value: this.#secrets.open(sealed) };
  }
}

type WebhookRow = RowOf<typeof WEBHOOKS>;

const ofOwner = (owner: string | undefined): Where<WebhookRow> =>
  owner === undefined ? everyRow() : eq('owner', owner);

type ProgressCells = CellsOf<WebhookRow, typeof PROGRESS_COLUMNS>;

function toProgress([position, done, troubledSinceMs, failure]: ProgressCells): WebhookProgress {
  return {
    position: Number(position ?? 0n),
    done: done === null ? [] : fromJson(done),
    ...(troubledSinceMs === null ? {} : { troubledSinceMs: Number(troubledSinceMs) }),
    ...(failure === null ? {} : { failure: fromJson(failure) }),
  };
}

const progressCells = ({ position, done, troubledSinceMs, failure }: WebhookProgress): ProgressCells => [
  BigInt(position),
  done.length === 0 ? null : toJson(done),
  troubledSinceMs === undefined ? null : BigInt(troubledSinceMs),
  failure === undefined ? null : toJson(failure),
];

/** Whether a registration has this key, if it can be decrypted. */
function mayHaveKey({ apiKeyHeader }: Registration, value: string | undefined): boolean {
  try {
    return apiKeyHeader()?.value === value;
  } catch {
    return true;
  }
}

export class WebhookRepository extends WebhookReader implements Webhooks {
  readonly #tx: ManagedTransaction;
  readonly #secrets: SecretBox;

  constructor(tx: ManagedTransaction, secrets: SecretBox) {
    super(tx, secrets);
    this.#tx = tx;
    this.#secrets = secrets;
  }

  count(owner?: string): Promise<number> {
    return this.#tx.count(WEBHOOKS, ofOwner(owner));
  }

  async save(webhook: Webhook, { owner, classes }: Registrant = ADMINS): Promise<void> {
    const { api_key_value: apiKey, ...shown } = webhook;
    const identity = this.#identity(webhook, owner);
    const changes = {
      identity,
      sealed_api_key: apiKey === undefined ? null : this.#secrets.seal(apiKey),
      document: toJson(shown),
      owner: owner ?? null,
      classes: classes === undefined ? null : toJson(classes),
      revision: uuidV7(),
      troubled_since_ms: null,
      failure: null,
    };
    await this.#countChange();
    if ((await this.#tx.update(WEBHOOKS, eq('identity', identity), changes)) > 0) return;
    const [lost] = await this.#lost(webhook, owner);
    if (lost !== undefined) {
      await this.#tx.update(WEBHOOKS, eq('identity', lost), changes);
      return;
    }
    const created = BigInt(Date.now()) * 1_000_000n;
    const position = BigInt(await this.#endOfLog());
    await this.#tx.insert(WEBHOOKS, [{ created_ns: created, position, ...changes }]);
  }

  async remove(webhook: WebhookKey, owner?: string): Promise<void> {
    const remove = (identities: readonly string[]) => this.#tx.delete(WEBHOOKS, isIn('identity', identities));
    let removed = await remove([this.#identity(webhook, owner)]);
    if (removed === 0) removed = await remove(await this.#lost(webhook, owner));
    if (owner === undefined) removed += await remove(await this.#ofOwners(webhook));
    if (removed > 0) await this.#countChange();
  }

  /** Identities of the owners' registrations with this URL, API key name and, if given, value. */
  async #ofOwners(webhook: WebhookKey): Promise<string[]> {
    const alike = await this.#alike(webhook);
    return alike
      .filter(({ owner }) => owner !== undefined)
      .filter((each) => webhook.api_key_value === undefined || mayHaveKey(each, webhook.api_key_value))
      .map(({ identity }) => identity);
  }

  /**
   * The identities of registrations that may be this one and were made under another SECRET_KEY. Their keys cannot be
   * decrypted, so only URL and key name identify them.
   */
  async #lost(webhook: WebhookKey, owner: string | undefined): Promise<string[]> {
    const alike = await this.#alike(webhook);
    return alike
      .filter((each) => each.owner === owner && mayHaveKey(each, webhook.api_key_value))
      .map(({ identity }) => identity);
  }

  /** Those with this URL and API key name, whoever made them. */
  async #alike({ url, api_key_name: name }: WebhookKey): Promise<Registration[]> {
    const registrations = await this.registrations();
    return registrations.filter(({ webhook }) => webhook.url === url && webhook.api_key_name === name);
  }

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

  /** Tells every transaction and every replica that registrations changed. */
  async #countChange(): Promise<void> {
    // Random: a count that was seen and then rolled back must not come again for other registrations.
    await setCounter(this.#tx, 'registrations_version', randomInt(1, MAX_VERSION));
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
