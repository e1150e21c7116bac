import type { AuditEntry, AuditQuery, AuditRecord } from './audit.ts';
import type { ApiToken, User } from './credentials.ts';
import type { ManagedTransaction } from '../../vastdb/managed-transaction.ts';
import { and, eq, eqIfGiven, everyRow, gte, lt } from '../../vastdb/predicate/builder.ts';
import type { VastDBManager } from '../../vastdb/vast-db-manager.ts';
import * as rows from './credential-rows.ts';
import { API_TOKENS, AUDIT_LOG, USERS } from './auth-tables.ts';

/** Users, tokens and the audit log in tables. */
export class AuthStore {
  readonly #manager: VastDBManager;

  constructor(manager: VastDBManager) {
    this.#manager = manager;
  }

  /** All of them, by name: they are few. */
  async users(): Promise<User[]> {
    const query = { table: USERS, where: everyRow(), orderBy: BY_NAME };
    return (await this.#manager.selectRows(query)).map(rows.toUser);
  }

  async tokens(): Promise<ApiToken[]> {
    const query = { table: API_TOKENS, where: everyRow(), orderBy: BY_NAME };
    return (await this.#manager.selectRows(query)).map(rows.toToken);
  }

  /** Entries of the audit log, newest first. */
  async audit({ event, principal, sinceMs, limit }: AuditQuery): Promise<AuditRecord[]> {
    const found = await this.#manager.selectRows({
      table: AUDIT_LOG,
      where: and([
        ...eqIfGiven('event', event),
        ...eqIfGiven('principal', principal),
        ...(sinceMs === undefined ? [] : [gte('at_ms', BigInt(sinceMs))]),
      ]),
      orderBy: [{ column: 'at_ms', direction: 'desc' }],
      limit,
      timeline: { column: 'at_ms' },
    });
    return found.map(rows.toAuditRecord);
  }

  /** Runs apart from requests. */
  async appendAudit(entries: readonly AuditRecord[]): Promise<void> {
    const work = (tx: ManagedTransaction): Promise<number> => tx.insert(AUDIT_LOG, entries.map(rows.auditRow));
    await this.#manager.transaction(work, { lane: 'background' });
  }

  /** Removes at most `limit` entries that were made before `beforeMs`. @returns how many */
  pruneAudit(beforeMs: number, limit: number): Promise<number> {
    const where = lt('at_ms', BigInt(beforeMs));
    return this.#manager.delete(AUDIT_LOG, where, { limit, lane: 'background' });
  }

  transaction<T>(work: (tx: AuthStoreTransaction) => Promise<T>): Promise<T> {
    return this.#manager.transaction((tx) => work(new AuthStoreTransaction(tx)));
  }
}

const BY_NAME = [{ column: 'name', direction: 'asc' }] as const;

/** Changes and the record of them are one transaction. */
class AuthStoreTransaction {
  readonly #tx: ManagedTransaction;

  constructor(tx: ManagedTransaction) {
    this.#tx = tx;
  }

  async user(name: string): Promise<User | undefined> {
    const row = await this.#tx.selectOne({ table: USERS, where: eq('name', name) });
    return row && rows.toUser(row);
  }

  async insertUser(user: User): Promise<void> {
    // Not every engine has unique keys.
    await this.#tx.lock([`user:${user.name}`]);
    await this.#tx.insert(USERS, [rows.userRow(user)]);
  }

  async replaceUser(user: User): Promise<void> {
    await this.#tx.update(USERS, eq('name', user.name), rows.userRow(user));
  }

  /** @returns whether there was such a user */
  async removeUser(name: string): Promise<boolean> {
    return (await this.#tx.delete(USERS, eq('name', name))) > 0;
  }

  async token(name: string): Promise<ApiToken | undefined> {
    const row = await this.#tx.selectOne({ table: API_TOKENS, where: eq('name', name) });
    return row && rows.toToken(row);
  }

  async insertToken(token: ApiToken): Promise<void> {
    await this.#tx.lock([`token:${token.name}`]);
    await this.#tx.insert(API_TOKENS, [rows.tokenRow(token)]);
  }

  async removeToken(name: string): Promise<boolean> {
    return (await this.#tx.delete(API_TOKENS, eq('name', name))) > 0;
  }

  async record(entry: AuditEntry): Promise<void> {
    await this.#tx.insert(AUDIT_LOG, [rows.auditRow({ ...entry, atMs: Date.now(), count: 1 })]);
  }
}
