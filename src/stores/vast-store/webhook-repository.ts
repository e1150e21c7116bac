import type { WebhookReads, Webhooks } from '../../domain/store.ts';
import type { ShownWebhook, Webhook } from '../../domain/webhook.ts';
import type { SecretBox } from '../../shared/secret-box.ts';
import { eq, everyRow } from '../../vastdb/predicate/builder.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import type { TableReads } from './table-access.ts';
import { WEBHOOKS } from './tables.ts';

type WebhookKey = Pick<Webhook, 'url' | 'api_key_name' | 'api_key_value'>;

export class WebhookReader implements WebhookReads {
  readonly #reader: TableReads;

  constructor(reader: TableReads) {
    this.#reader = reader;
  }

  async list(): Promise<ShownWebhook[]> {
    const { rows } = await this.#reader.select({
      table: WEBHOOKS.name,
      columns: ['document'],
      where: everyRow(),
      orderBy: [
        { column: 'created_ns', direction: 'asc' },
        { column: 'identity', direction: 'asc' },
      ],
    });
    return (rows as [string][]).map(([document]) => JSON.parse(document) as ShownWebhook);
  }
}

export class WebhookRepository extends WebhookReader implements Webhooks {
  readonly #tx: ManagedTransaction;
  readonly #secrets: SecretBox;

  constructor(tx: ManagedTransaction, secrets: SecretBox) {
    super(tx);
    this.#tx = tx;
    this.#secrets = secrets;
  }

  async save(webhook: Webhook): Promise<void> {
    const { api_key_value: apiKey, ...shown } = webhook;
    const identity = this.#identity(webhook);
    const changes = {
      sealed_api_key: apiKey === undefined ? null : this.#secrets.seal(apiKey),
      document: JSON.stringify(shown),
    };
    if ((await this.#tx.update(WEBHOOKS.name, eq('identity', identity), changes)) > 0) return;
    const created = BigInt(Date.now()) * 1_000_000n;
    await this.#tx.insert(WEBHOOKS.name, [{ identity, created_ns: created, ...changes }]);
  }

  async remove(webhook: WebhookKey): Promise<void> {
    await this.#tx.delete(WEBHOOKS.name, eq('identity', this.#identity(webhook)));
  }

  /** A fingerprint, since the key value must not lie in the table in the clear. */
  #identity({ url, api_key_name: name, api_key_value: value }: WebhookKey): string {
    return this.#secrets.fingerprint(JSON.stringify([url, name ?? null, value ?? null]));
  }
}
