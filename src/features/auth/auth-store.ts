import type { AuditEntry, AuditQuery, AuditRecord } from './audit.ts';
import type { ApiToken, CredentialStore, CredentialTransaction, User } from './credentials.ts';
import type { Cell } from '../../vastdb/engine.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, everyRow, gte, lt } from '../../vastdb/predicate/builder.ts';
import type { SelectQuery } from '../../vastdb/query/select-query.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import { translated } from '../../tams/table-failure.ts';
import * as rows from './credential-rows.ts';
import { API_TOKENS, AUDIT_LOG, USERS } from './auth-tables.ts';

/** Users, tokens and the audit log in tables. */
export class AuthStore implements CredentialStore {
  readonly #manager: VastDBManager;

  constructor(manager: VastDBManager) {
    this.#manager = manager;
  }

  users(): Promise<User[]> {
    return this.#select(
      {
        table: USERS.name,
        columns: rows.USER_COLUMNS,
        where: everyRow(),
        orderBy: [{ column: 'name', direction: 'asc' }],
      },
      rows.toUser,
    );
  }

  tokens(): Promise<ApiToken[]> {
    return this.#select(
      {
        table: API_TOKENS.name,
        columns: rows.TOKEN_COLUMNS,
        where: everyRow(),
        orderBy: [{ column: 'name', direction: 'asc' }],
      },
      rows.toToken,
    );
  }

  audit({ event, principal, sinceMs, limit }: AuditQuery): Promise<AuditRecord[]> {
    const where = and([
      ...(event === undefined ? [] : [eq('event', event)]),
      ...(principal === undefined ? [] : [eq('principal', principal)]),
      ...(sinceMs === undefined ? [] : [gte('at_ms', BigInt(sinceMs))]),
    ]);
    return this.#select(
      {
        table: AUDIT_LOG.name,
        columns: rows.AUDIT_COLUMNS,
        where,
        orderBy: [{ column: 'at_ms', direction: 'desc' }],
        limit,
        timeline: { column: 'at_ms' },
      },
      rows.toAuditRecord,
    );
  }

  async appendAudit(entries: readonly AuditRecord[]): Promise<void> {
    const work = (tx: ManagedTransaction): Promise<number> =>
      tx.insertArrays(AUDIT_LOG.name, rows.AUDIT_COLUMNS, entries.map(rows.auditCells));
    await translated(() => this.#manager.transaction(work, { lane: 'background' }));
  }

  pruneAudit(beforeMs: number, limit: number): Promise<number> {
    const where = lt('at_ms', BigInt(beforeMs));
    return translated(() => this.#manager.delete(AUDIT_LOG.name, where, { limit, lane: 'background' }));
  }

  transaction<T>(work: (tx: CredentialTransaction) => Promise<T>): Promise<T> {
    return translated(() => this.#manager.transaction((tx) => work(new AuthStoreTransaction(tx))));
  }

  async #select<Entity>(query: SelectQuery, toEntity: (row: readonly Cell[]) => Entity): Promise<Entity[]> {
    const found = await translated(() => this.#manager.select(query));
    return found.rows.map(toEntity);
  }
}

class AuthStoreTransaction implements CredentialTransaction {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    this.#tx = tx;
  }

  async user(name: string): Promise<User | undefined> {
    const where = eq('name', name);
    const found = await this.#tx.select({ table: USERS.name, columns: rows.USER_COLUMNS, where, limit: 1 });
    return found.rows[0] && rows.toUser(found.rows[0]);
  }

  async insertUser(user: User): Promise<void> {
    // Not every engine has unique keys.
    await this.#tx.lock([`user:${user.name}`]);
    await this.#tx.insertArrays(USERS.name, rows.USER_COLUMNS, [rows.userCells(user)]);
  }

  async replaceUser(user: User): Promise<void> {
    const cells = rows.userCells(user);
    const changes = Object.fromEntries(rows.USER_COLUMNS.map((column, index) => [column, cells[index] ?? null]));
    await this.#tx.update(USERS.name, eq('name', user.name), changes);
  }

  async removeUser(name: string): Promise<boolean> {
    return (await this.#tx.delete(USERS.name, eq('name', name))) > 0;
  }

  async token(name: string): Promise<ApiToken | undefined> {
    const where = eq('name', name);
    const found = await this.#tx.select({ table: API_TOKENS.name, columns: rows.TOKEN_COLUMNS, where, limit: 1 });
    return found.rows[0] && rows.toToken(found.rows[0]);
  }

  async insertToken(token: ApiToken): Promise<void> {
    await this.#tx.lock([`token:${token.name}`]);
    await this.#tx.insertArrays(API_TOKENS.name, rows.TOKEN_COLUMNS, [rows.tokenCells(token)]);
  }

  async removeToken(name: string): Promise<boolean> {
    return (await this.#tx.delete(API_TOKENS.name, eq('name', name))) > 0;
  }

  async record(entry: AuditEntry): Promise<void> {
    const record = { ...entry, atMs: Date.now(), count: 1 };
    await this.#tx.insertArrays(AUDIT_LOG.name, rows.AUDIT_COLUMNS, [rows.auditCells(record)]);
  }
}

/** Failures of the table layer in terms that clients understand. */
