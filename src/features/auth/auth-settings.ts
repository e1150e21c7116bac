import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Type } from '../../shared/type-builder.ts';
import type { Static } from 'typebox';
import { schemaLibrary } from '../../shared/schema-library.ts';
import { isLoopback } from '../../shared/loopback.ts';
import { ConfigError, type Environment } from '../../config/environment.ts';
import * as syntax from '../../config/text-syntax.ts';
import { type Scope, SCOPES } from '../../shared/principal.ts';
import type { FileToken } from './credentials.ts';

const JWT_VARIABLES = [
  'AUTH_JWKS_URL',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_SCOPES_MAP',
  'AUTH_OIDC_CLIENT_ID',
  'AUTH_OIDC_SCOPE',
];
const TOKENS_FILE = 'AUTH_TOKENS_FILE';

/** All that it reads. */
export const AUTH_VARIABLES: readonly string[] = [
  'AUTH_MODE',
  ...JWT_VARIABLES,
  'AUTH_CLOCK_SKEW_S',
  TOKENS_FILE,
  'AUTH_CLASSES',
  'AUDIT_RETENTION_DAYS',
];

export const AUTH_MODES = ['jwt', 'token', 'basic', 'url_token'] as const;

type AuthMode = (typeof AUTH_MODES)[number];

export interface JwtConfig {
  readonly jwksUrl: string;
  readonly issuer: string;
  /** A token names one of them, as its audience or, where it has none, as its client. */
  readonly audiences: readonly string[];
  /** The scopes that a scope of the provider stands for, besides the usual names. */
  readonly scopesMap: ReadonlyMap<string, readonly Scope[]>;
  readonly clockSkewS: number;
}

/** The settings with which the web page, a public client, signs people in at the provider (OpenID Connect). */
export interface OidcConfig {
  readonly issuer: string;
  readonly client_id: string;
  /** Scopes to ask for, with spaces between them. */
  readonly scope: string;
}

export interface AuthConfig {
  /** Empty: no authentication. */
  readonly modes: readonly AuthMode[];
  /** Given if `modes` has jwt. */
  readonly jwt: JwtConfig | undefined;
  /** Given if people sign in to the web page at the provider. */
  readonly oidc: OidcConfig | undefined;
  readonly tokens: readonly FileToken[];
  readonly auditRetentionDays: number;
}

const strict = { additionalProperties: false };
const text = Type.String({ minLength: 1, maxLength: 128 });
const TokenEntry = Type.Object(
  {
    name: text,
    // Characters that a header can carry (RFC 6750, b64token); short tokens could be guessed.
    token: Type.String({ minLength: 16, maxLength: 4096, pattern: '^[A-Za-z0-9._~+/-]+=*$' }),
    scopes: Type.Array(Type.Enum([...SCOPES]), { minItems: 1 }),
    classes: Type.Optional(Type.Array(text)),
  },
  strict,
);
type TokenEntry = Static<typeof TokenEntry>;

/** An http or https URL with any path and query; issuers are compared as texts, and so kept as they are. */
const URL_TEXT: syntax.TextSyntax<string> = {
  parse: (given) => (/^https?:\/\/[^\s@]+$/i.test(given) && URL.canParse(given) ? given : undefined),
  takes: 'an http or https URL without credentials',
};

const MODE_LIST: syntax.TextSyntax<AuthMode[]> = {
  parse: (given) => {
    const names = given.split(',').map((name) => name.trim());
    if (names.length === 1 && names[0] === 'none') return [];
    const modes = AUTH_MODES.filter((mode) => names.includes(mode));
    return modes.length === names.length ? modes : undefined;
  },
  takes: `none or a comma-separated list of ${AUTH_MODES.join(', ')}`,
};

const AUDIENCE_LIST: syntax.TextSyntax<string[]> = {
  parse: (given) => {
    const names = given.split(',').map((name) => name.trim());
    return names.includes('') ? undefined : names;
  },
  takes: 'a comma-separated list of audiences or client ids',
};

/** Scopes of a provider may hold `=`, as URLs do; ours do not. */
const SCOPES_MAP: syntax.TextSyntax<Map<string, Scope[]>> = {
  parse: (given) => {
    const map = new Map<string, Scope[]>();
    for (const entry of given.split(',')) {
      const [, name, text] = /^\s*(\S+)=(\w+)\s*$/.exec(entry) ?? [];
      const scope = SCOPES.find((each) => each === text);
      if (name === undefined || scope === undefined) return undefined;
      map.set(name, [...(map.get(name) ?? []), scope]);
    }
    return map;
  },
  takes: `a comma-separated list of SCOPE=${SCOPES.join('|')}, such as https://mam.example/edit=write`,
};

/** How far the server can be reached, as its configuration tells. */
interface Exposure {
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly trustProxy: boolean | readonly string[];
}

/**
 * How clients are authenticated. Without AUTH_MODE that is not at all, and then nothing may say that the server is for
 * others than this machine: a store is not opened to a network by something that was left out.
 */
export function readAuth(env: Environment, exposure: Exposure): AuthConfig {
  const modes = env.parsed('AUTH_MODE', MODE_LIST);
  const opening = modes === undefined ? openedBy(exposure) : undefined;
  if (opening !== undefined) {
    throw new ConfigError(`AUTH_MODE is not set, and ${opening}; set it, to none if everybody may do everything.`);
  }
  const inUse = modes ?? [];
  refuseWithoutEffect(env, inUse.includes('jwt'), JWT_VARIABLES, 'jwt');
  const takesTokens = inUse.includes('token') || inUse.includes('url_token');
  refuseWithoutEffect(env, takesTokens, [TOKENS_FILE], 'token or url_token');
  const file = env.text(TOKENS_FILE);
  refuseWithoutEffect(env, inUse.length > 0, ['AUTH_CLASSES'], AUTH_MODES.join(' or '));
  const clockSkewS = env.integer('AUTH_CLOCK_SKEW_S', { default: 30, min: 0, max: 600 });
  return {
    modes: inUse,
    jwt: inUse.includes('jwt') ? { ...readProvider(env), clockSkewS } : undefined,
    oidc: readOidc(env),
    tokens: file === undefined ? [] : readTokens(file),
    auditRetentionDays: env.integer('AUDIT_RETENTION_DAYS', { default: 90, min: 1, max: 3650 }),
  };
}

function openedBy({ host, publicUrl, trustProxy }: Exposure): string | undefined {
  if (!isLoopback(host)) return `HOST (${host}) is not a loopback address`;
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname)) {
    return `PUBLIC_URL (${publicUrl}) is not on a loopback address`;
  }
  return trustProxy === false ? undefined : 'TRUST_PROXY says that a proxy brings the requests of others';
}

function refuseWithoutEffect(env: Environment, isInUse: boolean, variables: readonly string[], mode: string): void {
  const given = isInUse ? undefined : variables.find((name) => env.text(name) !== undefined);
  if (given === undefined) return;
  throw new ConfigError(`${given} has no effect unless AUTH_MODE has ${mode}; add that or unset ${given}.`);
}

function readProvider(env: Environment): Omit<JwtConfig, 'clockSkewS'> {
  const required = <Value>(name: string, value: Value | undefined): Value => {
    if (value === undefined) throw new ConfigError(`${name} is not set; AUTH_MODE=jwt needs it.`);
    return value;
  };
  return {
    jwksUrl: required('AUTH_JWKS_URL', env.parsed('AUTH_JWKS_URL', URL_TEXT)),
    issuer: required('AUTH_ISSUER', env.text('AUTH_ISSUER')),
    audiences: required('AUTH_AUDIENCE', env.parsed('AUTH_AUDIENCE', AUDIENCE_LIST)),
    scopesMap: env.parsed('AUTH_SCOPES_MAP', SCOPES_MAP) ?? new Map<string, Scope[]>(),
  };
}

function readOidc(env: Environment): OidcConfig | undefined {
  const clientId = env.text('AUTH_OIDC_CLIENT_ID');
  const scope = env.text('AUTH_OIDC_SCOPE');
  if (clientId === undefined) {
    if (scope === undefined) return undefined;
    throw new ConfigError(
      'AUTH_OIDC_SCOPE has no effect without AUTH_OIDC_CLIENT_ID; set that or unset AUTH_OIDC_SCOPE.',
    );
  }
  const issuer = env.parsed('AUTH_ISSUER', URL_TEXT) ?? '';
  return { issuer, client_id: clientId, scope: scope ?? 'openid' };
}

function readTokens(file: string): FileToken[] {
  const entries = parseJson(file);
  if (!Array.isArray(entries)) throw fileError('takes a JSON list of tokens');
  const tokens = entries.map((entry: unknown, index) => toToken(entry, nameOf(entry, index)));
  refuseRepeated(tokens, 'name', (token) => token.name);
  refuseRepeated(tokens, 'token', (token) => token.hash);
  return tokens;
}

function parseJson(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(`${TOKENS_FILE} names ${JSON.stringify(file)}, which cannot be read (${reason}).`);
  }
  try {
    return JSON.parse(content);
  } catch {
    // The parser's own message quotes the text around the fault, which may be a token.
    throw fileError('is not valid JSON');
  }
}

/** The place of an entry in the file, and its name where it has one that can be shown. */
function nameOf(entry: unknown, index: number): string {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return `entry ${index + 1}${typeof name === 'string' && schemaLibrary().Check(text, name) ? ` (${JSON.stringify(name)})` : ''}`;
}

function toToken(entry: unknown, name: string): FileToken {
  const problem = problemOf(entry);
  if (problem !== undefined) throw fileError(`${name} ${problem}`);
  const { token, name: principal, scopes, classes } = entry as TokenEntry;
  if (token.split('.').length === 3) throw fileError(`${name} has a token of three parts with dots, as JWTs are`);
  return { name: principal, hash: hash('sha256', token, 'base64url'), scopes, classes };
}

/** The problem of an entry, without its values. */
function problemOf(entry: unknown): string | undefined {
  const [, errors] = schemaLibrary().Errors(TokenEntry, entry);
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') {
      return `has the unknown key ${JSON.stringify(error.params.additionalProperties[0])}`;
    }
    if (error.keyword === 'required') return `lacks the key ${error.params.requiredProperties.join(', ')}`;
  }
  const [first] = errors;
  if (first === undefined) return undefined;
  const [key = ''] = first.instancePath.split('/').slice(1);
  return key === '' ? 'is not an object' : `has a wrong ${key}: ${TAKES[key] ?? first.message}`;
}

const TAKES: Readonly<Record<string, string>> = {
  name: 'it takes 1 to 128 characters',
  token: 'it takes 16 to 4096 of A-Z a-z 0-9 . _ ~ + / -, and = at its end',
  scopes: 'it takes a list of read, write, delete and admin, not an empty one',
  classes: 'it takes a list of texts',
};

function refuseRepeated(tokens: readonly FileToken[], noun: string, keyOf: (token: FileToken) => string): void {
  const seen = new Map<string, number>();
  for (const [index, token] of tokens.entries()) {
    const earlier = seen.get(keyOf(token));
    if (earlier !== undefined) throw fileError(`has the same ${noun} in entries ${earlier + 1} and ${index + 1}`);
    seen.set(keyOf(token), index);
  }
}

const fileError = (problem: string): ConfigError => new ConfigError(`${TOKENS_FILE}: ${problem}.`);
