import type { Store } from '../domain/store.ts';
import { type ShownWebhook, type Webhook, WEBHOOK_EVENTS } from '../domain/webhook.ts';
import { AppError } from '../shared/errors.ts';

/** Keeps registrations for events (TAMS 7.0, `/service/webhooks`). */
export class WebhookService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(): Promise<ShownWebhook[]> {
    return this.#store.webhooks.list();
  }

  /** The same URL and API key again replaces the registration; no events remove it. */
  async register(webhook: Webhook): Promise<'registered' | 'removed'> {
    check(webhook);
    if (webhook.events.length === 0) {
      await this.#store.transaction((tx) => tx.webhooks.remove(webhook));
      return 'removed';
    }
    await this.#store.transaction((tx) => tx.webhooks.save(webhook));
    return 'registered';
  }
}

/** An HTTP field name (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** No line breaks or other control characters: a value must not be able to add headers. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function check(webhook: Webhook): void {
  const url = URL.parse(webhook.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    fail('url', 'must be an absolute http or https URL');
  }
  if (url.username !== '' || url.password !== '') fail('url', 'must not hold credentials; use api_key_name and _value');
  const unknown = webhook.events.find((event) => !WEBHOOK_EVENTS.includes(event));
  if (unknown !== undefined) fail('events', `there is no event "${unknown}"; known are ${WEBHOOK_EVENTS.join(', ')}`);
  if (webhook.api_key_name !== undefined && !HEADER_NAME.test(webhook.api_key_name)) {
    fail('api_key_name', 'must be the name of an HTTP header');
  }
  if (webhook.api_key_value !== undefined) {
    if (webhook.api_key_name === undefined) fail('api_key_name', 'must be given together with api_key_value');
    if (!HEADER_VALUE.test(webhook.api_key_value)) fail('api_key_value', 'must be the value of an HTTP header');
  }
}

function fail(field: string, problem: string): never {
  throw new AppError('invalid_webhook', `body/${field}: ${problem}`, { field });
}
