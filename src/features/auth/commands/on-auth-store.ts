import { userInfo } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import type { Operator } from '../../management.ts';
import { AuthStore } from '../auth-store.ts';
import { AUTH_TABLES } from '../auth-tables.ts';
import { isScope, type Scope, SCOPES } from '../../../shared/principal.ts';

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

export interface GrantOptions {
  readonly scopes: readonly Scope[];
  readonly classes?: readonly string[];
}

/** The options by which an operator says what a user or a token may do. */
export const scopesOption = (): Option =>
  new Option('--scopes <list>', `the rights: a comma-separated list of ${SCOPES.join(', ')}; admin includes the others`)
    .argParser(parseScopes)
    .makeOptionMandatory();

export const classesOption = (): Option =>
  new Option(
    '--classes <list>',
    'auth_classes that may be used, comma-separated, `news:read` for one right alone; by default all',
  ).argParser(parseList);

function parseScopes(text: string): Scope[] {
  const names = parseList(text);
  const scopes = names.filter(isScope);
  if (scopes.length !== names.length) throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}.`);
  return [...new Set(scopes)];
}

function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes('')) throw new InvalidArgumentError('An item of the list is empty.');
  return items;
}
