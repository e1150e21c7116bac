import type { NewRowOf, RowOf } from '../../vastdb/schema/define-table.ts';
import { fromJson, toJson } from '../../shared/json-text.ts';
import type { AuditRecord } from './audit.ts';
import type { API_TOKENS, AUDIT_LOG, USERS } from './auth-tables.ts';
import type { ApiToken, User } from './credentials.ts';

/** Maps entities of the auth store to rows and back; cells are in the order of the columns here. */

type UserRow = RowOf<typeof USERS>;
type TokenRow = RowOf<typeof API_TOKENS>;
type AuditRow = RowOf<typeof AUDIT_LOG>;

export const userRow = ({ name, passwordHash, scopes, classes, status, created, updated }: User): UserRow => ({
  name,
  password_hash: passwordHash,
  scopes: toJson(scopes),
  classes: classes === undefined ? null : toJson(classes),
  status,
  created,
  updated,
});

export const toUser = ({ password_hash: passwordHash, scopes, classes, ...same }: UserRow): User => ({
  ...same,
  passwordHash,
  scopes: fromJson(scopes),
  classes: classes === null ? undefined : fromJson(classes),
});

export const tokenRow = ({ id, name, hash, scopes, classes, created }: ApiToken): TokenRow => ({
  id,
  name,
  hash,
  scopes: toJson(scopes),
  classes: classes === undefined ? null : toJson(classes),
  created,
});

export const toToken = ({ scopes, classes, ...same }: TokenRow): ApiToken => ({
  ...same,
  scopes: fromJson(scopes),
  classes: classes === null ? undefined : fromJson(classes),
});

export const auditRow = (record: AuditRecord): NewRowOf<AuditRow> => ({
  at_ms: BigInt(record.atMs),
  event: record.event,
  principal: record.principal,
  scheme: record.scheme,
  address: record.address,
  action: record.action,
  detail: record.detail,
  request_id: record.requestId,
  count: BigInt(record.count),
});

export const toAuditRecord = (row: AuditRow): AuditRecord => ({
  atMs: Number(row.at_ms),
  event: row.event,
  ...(row.principal !== null && { principal: row.principal }),
  ...(row.scheme !== null && { scheme: row.scheme }),
  ...(row.address !== null && { address: row.address }),
  ...(row.action !== null && { action: row.action }),
  ...(row.detail !== null && { detail: row.detail }),
  ...(row.request_id !== null && { requestId: row.request_id }),
  count: Number(row.count),
});
