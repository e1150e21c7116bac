import type { Scope } from '../shared/principal.ts';
import type { SecurityScheme } from './security-schemes.ts';

const REALM = 'realm="TAMS"';

const BEARER_PROBLEM = {
  missing: '',
  invalid: ', error="invalid_token"',
  insufficient: ', error="insufficient_scope"',
} as const;

/**
 * The values of `WWW-Authenticate`: one for each scheme that is accepted (RFC 6750, RFC 7617). A
 * request without credentials is not told of an error.
 */
export function challenge(
  schemes: readonly SecurityScheme[],
  problem: keyof typeof BEARER_PROBLEM,
  scope?: Scope,
): string[] {
  const challenges: string[] = [];
  // A token in the URL is RFC 6750's too.
  if (schemes.includes('bearer_token_auth') || schemes.includes('url_token_auth')) {
    challenges.push(`Bearer ${REALM}${BEARER_PROBLEM[problem]}${scope === undefined ? '' : `, scope="${scope}"`}`);
  }
  // A browser would ask for another password, which gives no scope.
  if (schemes.includes('basic_auth') && problem !== 'insufficient') challenges.push(`Basic ${REALM}, charset="UTF-8"`);
  return challenges;
}
