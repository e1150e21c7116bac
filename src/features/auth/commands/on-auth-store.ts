import { userInfo } from 'node:os';
import type { Operator } from '../../management.ts';
import { AuthStore } from '../auth-store.ts';
import { AUTH_TABLES } from '../auth-tables.ts';

/** Runs `work` on the users, tokens and audit log of the configured server, which may be running. */
export const onAuthStore = <T>(operator: Operator, work: (store: AuthStore) => Promise<T>): Promise<T> =>
  operator.withTablesOf(AUTH_TABLES, (manager) => work(new AuthStore(manager)));

/** The operator in the audit log: the user of the operating system. */
export function operatorName(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    // Containers run under ids that have no name.
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
}
