import type { AuditEntry, AuditQuery, AuditRecord } from './audit.ts';
import type { Grant } from '../../shared/principal.ts';

/** A person or a program that signs in with a password. */
export interface User extends Grant {
  readonly passwordHash: string;
  readonly status: 'active' | 'suspended';
  /** RFC 3339. */
  readonly created: string;
  readonly updated: string;
}

/** A bearer token; its secret is known to its holder alone. */
export interface ApiToken extends Grant {
  /** Public part, by which the token is found. */
  readonly id: string;
  /** SHA-256 of the whole token, base64url. */
  readonly hash: string;
  readonly created: string;
}

/** The port through which users, tokens and the audit log are kept. */
export interface CredentialStore {
  /** All of them, by name: they are few. */
  users(): Promise<User[]>;
  tokens(): Promise<ApiToken[]>;
  /** Entries of the audit log, newest first. */
  audit(query: AuditQuery): Promise<AuditRecord[]>;
  /** Runs apart from requests. */
  appendAudit(entries: readonly AuditRecord[]): Promise<void>;
  /** Removes at most `limit` entries that were made before `beforeMs`. @returns how many */
  pruneAudit(beforeMs: number, limit: number): Promise<number>;
  transaction<T>(work: (tx: CredentialTransaction) => Promise<T>): Promise<T>;
}

/** Changes and the record of them are one transaction. */
export interface CredentialTransaction {
  user(name: string): Promise<User | undefined>;
  insertUser(user: User): Promise<void>;
  replaceUser(user: User): Promise<void>;
  /** @returns whether there was such a user */
  removeUser(name: string): Promise<boolean>;
  token(name: string): Promise<ApiToken | undefined>;
  insertToken(token: ApiToken): Promise<void>;
  removeToken(name: string): Promise<boolean>;
  record(entry: AuditEntry): Promise<void>;
}
