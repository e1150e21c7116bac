import type { Scope } from '../shared/principal.ts';

/** The security schemes of TAMS 7.0, by the names of its definition. */
export const SECURITY_SCHEMES = {
  bearer_token_auth: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A JWT of the identity provider, or a token of this service.',
  },
  url_token_auth: {
    type: 'apiKey',
    name: 'access_token',
    in: 'query',
    description: 'A token of this service as a part of the URL, for players that cannot send headers.',
  },
  basic_auth: {
    type: 'http',
    scheme: 'basic',
    description: 'A user name and a password; only where bearer tokens are impractical.',
  },
} as const;

export type SecurityScheme = keyof typeof SECURITY_SCHEMES;

const ALL_SECURITY_SCHEMES = Object.keys(SECURITY_SCHEMES) as readonly SecurityScheme[];

/** The security of an operation. In OpenAPI 3.1, the lists of schemes other than OAuth2 are required roles. */
export function securityOf(access: string): Record<string, string[]>[] {
  return access === 'public' ? [] : ALL_SECURITY_SCHEMES.map((scheme) => ({ [scheme]: [access] }));
}

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
