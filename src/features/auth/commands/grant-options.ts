import { InvalidArgumentError, Option } from 'commander';
import type { Scope } from '../../../shared/principal.ts';
import { isScope, SCOPES } from '../../../shared/principal.ts';

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
