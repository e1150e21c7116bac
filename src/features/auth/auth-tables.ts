import type { TableDefinition } from '../../vastdb/engine.ts';
import { defineTable, json, text } from '../../vastdb/schema/define-table.ts';
import type { Scope } from '../../shared/principal.ts';
import type { AuditEvent } from './audit.ts';
import type { User } from './credentials.ts';

/** The tables of users, tokens and the audit log. */

export const USERS = defineTable({
  name: 'users',
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
});

export const API_TOKENS = defineTable({
  name: 'api_tokens',
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
});

export const AUDIT_LOG = defineTable({
  name: 'audit_log',
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
});

export const AUTH_TABLES: readonly TableDefinition[] = [USERS, API_TOKENS, AUDIT_LOG];
