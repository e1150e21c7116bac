import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { Scope } from '../../shared/principal.ts';
import type { AuditEvent } from './audit.ts';
import type { User } from './credentials.ts';

/** The tables of users, tokens and the audit log. */

export const USERS = defineTable({
  name: 'users',
  doc: 'Users who sign in with a password.',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'password_hash', type: 'string', required: true },
    { name: 'scopes', type: json<readonly Scope[]>(), required: true },
    { name: 'classes', type: json<readonly string[]>() },
    { name: 'status', type: text<User['status']>(), required: true },
    { name: 'created', type: 'string', required: true },
    { name: 'updated', type: 'string', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
  internal: true,
  docs: {
    name: 'Name of the user.',
    password_hash: 'Hash of the password.',
    scopes: 'Scopes, as a JSON array.',
    classes: 'Classes that limit the user, as a JSON array; null: none.',
    status: 'Whether the user may sign in.',
    created: 'When it was made, as RFC 3339.',
    updated: 'When it last changed, as RFC 3339.',
  },
});

export const API_TOKENS = defineTable({
  name: 'api_tokens',
  doc: 'Tokens.',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'hash', type: 'string', required: true },
    { name: 'scopes', type: json<readonly Scope[]>(), required: true },
    { name: 'classes', type: json<readonly string[]>() },
    { name: 'created', type: 'string', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['name'], unique: true },
  ],
  internal: true,
  docs: {
    id: 'Id of the token.',
    name: 'Name of the token.',
    hash: 'Hash of the token.',
    scopes: 'Scopes, as a JSON array.',
    classes: 'Classes that limit it, as a JSON array; null: none.',
    created: 'When it was made, as RFC 3339.',
  },
});

export const AUDIT_LOG = defineTable({
  name: 'audit_log',
  doc: 'People and programs that signed in, were refused, or changed the administration.',
  columns: [
    { name: 'at_ms', type: 'int64', required: true },
    { name: 'event', type: text<AuditEvent>(), required: true },
    { name: 'principal', type: 'string' },
    { name: 'scheme', type: 'string' },
    { name: 'address', type: 'string' },
    { name: 'action', type: 'string' },
    { name: 'detail', type: 'string' },
    { name: 'request_id', type: 'string' },
    { name: 'count', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['at_ms'] }],
  internal: false,
  docs: {
    at_ms: 'When it happened, first.',
    event: 'Kind: `login`, `login_failed`, `denied`, `administration` or `overflow`.',
    principal: 'Who; null where that is not known.',
    scheme: 'How they signed in, such as `basic`.',
    address: 'Address of the client.',
    action: 'Operation or command.',
    detail: 'Reason or object.',
    request_id: 'The first request that it stands for.',
    count: 'How many times it happened.',
  },
});

export const AUTH_TABLES: readonly TableDefinition[] = [USERS, API_TOKENS, AUDIT_LOG];
