import type { TableDefinition } from '../../vastdb/engine.ts';

/** The tables of users, tokens and the audit log. `scopes` and `classes` are JSON lists of strings. */

export const USERS: TableDefinition = {
  name: 'users',
  columns: [
    { name: 'name', type: 'string', required: true },
    { name: 'password_hash', type: 'string', required: true },
    { name: 'scopes', type: 'string', required: true },
    { name: 'classes', type: 'string' },
    { name: 'status', type: 'string', required: true },
    { name: 'created', type: 'string', required: true },
    { name: 'updated', type: 'string', required: true },
  ],
  indexes: [{ columns: ['name'], unique: true }],
};

export const API_TOKENS: TableDefinition = {
  name: 'api_tokens',
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'name', type: 'string', required: true },
    { name: 'hash', type: 'string', required: true },
    { name: 'scopes', type: 'string', required: true },
    { name: 'classes', type: 'string' },
    { name: 'created', type: 'string', required: true },
  ],
  indexes: [
    { columns: ['id'], unique: true },
    { columns: ['name'], unique: true },
  ],
};

export const AUDIT_LOG: TableDefinition = {
  name: 'audit_log',
  columns: [
    { name: 'at_ms', type: 'int64', required: true },
    { name: 'event', type: 'string', required: true },
    { name: 'principal', type: 'string' },
    { name: 'scheme', type: 'string' },
    { name: 'address', type: 'string' },
    { name: 'action', type: 'string' },
    { name: 'detail', type: 'string' },
    { name: 'request_id', type: 'string' },
    { name: 'count', type: 'int64', required: true },
  ],
  indexes: [{ columns: ['at_ms'] }],
};

export const AUTH_TABLES: readonly TableDefinition[] = [USERS, API_TOKENS, AUDIT_LOG];
