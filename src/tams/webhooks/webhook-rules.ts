import { AppError } from '../../shared/errors.ts';
import { type KeptWebhook, type Registrant, type Webhook, WEBHOOK_EVENTS } from './webhook.ts';

/** Length in characters, as sent. */
const URL_MAX = 2_048;
/** An HTTP field name (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Headers of every delivery, and those that would change where it goes or where it ends. */
const OWN_HEADERS =
  /^(connection|content-(encoding|length|type)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|webhook-id)$/i;
/** No line breaks or other control characters: a value must not be able to add headers. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Returns the one spelling of its URL, so that another makes no other registration. @throws AppError invalid_webhook */
export function checkWebhook(webhook: Webhook): string {
  const url = URL.parse(webhook.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    refuseWebhook('url', 'must be an absolute http or https URL');
  }
  if (url.username !== '' || url.password !== '') {
    refuseWebhook('url', 'must not hold credentials; use api_key_name and _value');
  }
  if (url.href.length > URL_MAX) refuseWebhook('url', `must not be longer than ${URL_MAX} characters`);
  const unknown = webhook.events.find((event) => !WEBHOOK_EVENTS.includes(event));
  if (unknown !== undefined) {
    refuseWebhook('events', `there is no event "${unknown}"; known are ${WEBHOOK_EVENTS.join(', ')}`);
  }
  if (webhook.api_key_name !== undefined && !HEADER_NAME.test(webhook.api_key_name)) {
    refuseWebhook('api_key_name', 'must be the name of an HTTP header');
  }
  if (webhook.api_key_name !== undefined && OWN_HEADERS.test(webhook.api_key_name)) {
    refuseWebhook('api_key_name', `must not be ${webhook.api_key_name}, which the delivery itself needs`);
  }
  if (webhook.api_key_value !== undefined) {
    if (webhook.api_key_name === undefined) {
      refuseWebhook('api_key_name', 'must be given together with api_key_value');
    }
    if (!HEADER_VALUE.test(webhook.api_key_value))
      refuseWebhook('api_key_value', 'must be the value of an HTTP header');
  }
  return url.href;
}

/** A filter by hidden collections would reveal their members. */
export function checkFilters(webhook: Webhook, { classes }: Pick<Registrant, 'classes'>): void {
  if (classes === undefined) return;
  for (const field of ['flow_collected_by_ids', 'source_collected_by_ids'] as const) {
    if (webhook[field] !== undefined) refuseWebhook(field, 'cannot be used by who is limited to classes');
  }
}

/**
 * The key of the registration stays where none is given. It is a secret between its owner and the receiver, so it is
 * never sent to another one; somebody else may keep it only together with the URL.
 *
 * @throws AppError invalid_webhook where it has to be given again
 */
export function checkKeptKey(
  { webhook: before, owner, apiKeyHeader }: KeptWebhook,
  after: Webhook,
  registrant: Pick<Registrant, 'owner'>,
): void {
  if (after.api_key_name === undefined || after.api_key_value !== undefined) return;
  const isSame = after.url === before.url && after.api_key_name === before.api_key_name;
  if (isSame && registrant.owner === owner) return;
  const again = 'has to be given again';
  let key;
  try {
    key = apiKeyHeader();
  } catch {
    refuseWebhook('api_key_value', `${again}: it was kept under another SECRET_KEY, and cannot be read`);
  }
  if (isSame || key === undefined) return;
  if (registrant.owner !== owner) {
    refuseWebhook('api_key_value', `${again} with another URL or name: the key that is kept is its owner's`);
  }
  if (new URL(after.url).origin !== new URL(before.url).origin) {
    refuseWebhook('api_key_value', `${again} with a URL of another origin: the key that is kept is not sent elsewhere`);
  }
}

export function refuseWebhook(field: string, problem: string): never {
  throw new AppError('invalid_webhook', `body/${field}: ${problem}`, { field });
}
