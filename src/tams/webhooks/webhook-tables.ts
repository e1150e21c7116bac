import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { EventScope } from './event.ts';
import type { DeliveryAttempt, PositionRange, PublicWebhook, WebhookEvent, WebhookFailure } from './webhook.ts';

export const WEBHOOKS = defineTable({
  name: 'webhooks',
  doc: 'Registrations of webhooks.',
  columns: [
    { name: 'identity', type: 'string', required: true },
    { name: 'created_ns', type: 'int64', required: true },
    { name: 'sealed_api_key', type: 'string' },
    { name: 'document', type: json<PublicWebhook>(), required: true },
    { name: 'revision', type: 'string' },
    { name: 'position', type: 'int64' },
    { name: 'done', type: json<readonly PositionRange[]>() },
    { name: 'troubled_since_ms', type: 'int64' },
    { name: 'failure', type: json<WebhookFailure>() },
    { name: 'owner', type: 'string' },
    { name: 'classes', type: json<readonly string[]>() },
    { name: 'id', type: 'string' },
    { name: 'url', type: 'string' },
    { name: 'form', type: 'string' },
    { name: 'disabled', type: 'bool' },
    // Null without the tag: then it is its owner's alone.
    { name: 'auth_classes', type: 'string' },
    { name: 'attempts', type: json<readonly DeliveryAttempt[]>() },
  ],
  indexes: [{ columns: ['identity'], unique: true }, { columns: ['id'] }],
  internal: true,
  docs: {
    identity: 'Name of the registration in this server.',
    created_ns: 'When it was made, since 1970.',
    sealed_api_key: 'The key that is sent along, encrypted with `SECRET_KEY`.',
    document: 'The registration as JSON, without its key.',
    revision: 'Changes with the registration.',
    position: 'Events up to here are done.',
    done: 'Events behind it that are done, as JSON ranges.',
    troubled_since_ms: 'Since when nothing can be delivered.',
    failure: 'The failure as JSON.',
    owner: 'The principal who made it; null: an administrator.',
    classes: 'Classes that limit its events, as a JSON array; null: none.',
    id: 'Id in TAMS 8.2: a UUID.',
    url: 'Where events are sent.',
    form: 'Version of TAMS that its events are written in.',
    disabled: 'Whether a client switched it off.',
    auth_classes: 'Classes that share it; null: its owner alone.',
    attempts: 'The last attempts to deliver, as JSON, the latest first.',
  },
});

/** The outbox and, once they have a position, the log of the events that registrations wait for. */
export const EVENTS = defineTable({
  name: 'events',
  doc: 'Events that webhooks and topics are told of; they go when all are.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'position', type: 'int64' },
    { name: 'order_ns', type: 'int64', required: true },
    // Read by nobody since events are ordered behind all others. Replicas of the version before read it, and older tables require it.
    { name: 'subject', type: 'string', required: true },
    { name: 'type', type: text<WebhookEvent>(), required: true },
    { name: 'time', type: 'string', required: true },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'scope', type: json<EventScope>(), required: true },
    { name: 'payload', type: 'string', required: true },
  ],
  indexes: [{ columns: ['position', 'order_ns'] }],
  internal: true,
  docs: {
    id: 'Id of the event: a UUID.',
    position: 'Place in the log, from 1; null until it has one.',
    order_ns: 'Order of events before they have a place.',
    subject: 'Flow or source that it is about.',
    type: 'Type of the event, such as `flows/created`.',
    time: 'When the change was made, as RFC 3339.',
    created_ms: 'When the row was written.',
    scope: 'Values that registrations filter by, as JSON.',
    payload: 'Content of the event, as JSON.',
  },
});
