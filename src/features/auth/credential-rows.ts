import type { AuditEvent, AuditRecord } from './audit.ts';
import type { ApiToken, User } from './credentials.ts';
import type { Scope } from '../../shared/principal.ts';
import type { Cell } from '../../vastdb/engine.ts';

/** Maps entities of the auth store to rows and back; cells are in the order of the columns here. */

export const USER_COLUMNS = ['name', 'password_hash', 'scopes', 'classes', 'status', 'created', 'updated'] as const;
export const TOKEN_COLUMNS = ['id', 'name', 'hash', 'scopes', 'classes', 'created'] as const;
export const AUDIT_COLUMNS = [
  'at_ms',
  'event',
  'principal',
  'scheme',
  'address',
  'action',
  'detail',
  'request_id',
  'count',
] as const;

export const userCells = (user: User): Cell[] => [
  user.name,
  user.passwordHash,
  JSON.stringify(user.scopes),
  listCell(user.classes),
  user.status,
  user.created,
  user.updated,
];

export function toUser(row: readonly Cell[]): User {
  const [name, passwordHash, scopes, classes, status, created, updated] = row as [
    string,
    string,
    string,
    string | null,
    User['status'],
    string,
    string,
  ];
  return {
    name,
    passwordHash,
    scopes: JSON.parse(scopes) as Scope[],
    classes: toList(classes),
    status,
    created,
    updated,
  };
}

export const tokenCells = (token: ApiToken): Cell[] => [
  token.id,
  token.name,
  token.hash,
  JSON.stringify(token.scopes),
  listCell(token.classes),
  token.created,
];

export function toToken(row: readonly Cell[]): ApiToken {
  const [id, name, hash, scopes, classes, created] = row as [string, string, string, string, string | null, string];
  return { id, name, hash, scopes: JSON.parse(scopes) as Scope[], classes: toList(classes), created };
}

export const auditCells = (record: AuditRecord): Cell[] => [
  BigInt(record.atMs),
  record.event,
  record.principal ?? null,
  record.scheme ?? null,
  record.address ?? null,
  record.action ?? null,
  record.detail ?? null,
  record.requestId ?? null,
  BigInt(record.count),
];

export function toAuditRecord(row: readonly Cell[]): AuditRecord {
  const [atMs, event, principal, scheme, address, action, detail, requestId, count] = row as [
    bigint,
    AuditEvent,
    string | null,
    string | null,
    string | null,
    string | null,
    string | null,
    string | null,
    bigint,
  ];
  return {
    atMs: Number(atMs),
    event,
    ...(principal !== null && { principal }),
    ...(scheme !== null && { scheme }),
    ...(address !== null && { address }),
    ...(action !== null && { action }),
    ...(detail !== null && { detail }),
    ...(requestId !== null && { requestId }),
    count: Number(count),
  };
}

const listCell = (list: readonly string[] | undefined): Cell => (list === undefined ? null : JSON.stringify(list));

const toList = (cell: string | null): string[] | undefined =>
  cell === null ? undefined : (JSON.parse(cell) as string[]);
