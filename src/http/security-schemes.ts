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

export const ALL_SECURITY_SCHEMES = Object.keys(SECURITY_SCHEMES) as readonly SecurityScheme[];

/** The security of an operation. In OpenAPI 3.1, the lists of schemes other than OAuth2 are required roles. */
export function securityOf(access: string): Record<string, string[]>[] {
  return access === 'public' ? [] : ALL_SECURITY_SCHEMES.map((scheme) => ({ [scheme]: [access] }));
}
