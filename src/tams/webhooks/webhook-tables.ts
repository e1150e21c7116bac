import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { EventScope } from './event.ts';
import type { PositionRange, PublicWebhook, WebhookEvent, WebhookFailure } from './webhook.ts';

export const WEBHOOKS = defineTable({
  name: 'webhooks',
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
  ],
  indexes: [{ columns: ['identity'], unique: true }, { columns: ['id'] }],
});

/** The outbox and, once they have a position, the log of the events that registrations wait for. */
export const EVENTS = defineTable({
  name: 'events',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'position', type: 'int64' },
    { name: 'order_ns', type: 'int64', required: true },
    { name: 'subject', type: 'string', required: true },
    { name: 'type', type: text<WebhookEvent>(), required: true },
    { name: 'time', type: 'string', required: true },
    { name: 'created_ms', type: 'int64', required: true },
    { name: 'scope', type: json<EventScope>(), required: true },
    { name: 'payload', type: 'string', required: true },
  ],
  indexes: [{ columns: ['position', 'order_ns'] }, { columns: ['subject', 'position', 'order_ns'], keysOnly: true }],
});
