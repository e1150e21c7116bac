import type { JWTPayload, RemoteJWKSet } from 'jose';
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { Scope } from '../../shared/principal.ts';
import { isScope, toPrincipal } from '../../shared/principal.ts';
import { AppError } from '../../shared/errors.ts';
import type { JwtConfig } from './auth-settings.ts';
import { LoginFailure, type Verified } from './verification.ts';

/** Without `none`, and without HMAC: its key would be the public one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];
const FETCH_TIMEOUT_MS = 5_000;
/** An unknown key triggers a new fetch of the key set, at most this often. */
const FETCH_COOLDOWN_MS = 2_000;
/** A key that the provider withdrew is trusted for at most this long, plus KEPT_MS. */
const KEYS_MAX_AGE_MS = 600_000;
const KEPT_MS = 300_000;
/** Prefixes that tell scopes of TAMS from those of other services; TAMS recommends the second (AppNote 0016). */
const SCOPE_PREFIX = /^(?:tams:|tams-api\/)/;

/** Verifies JWTs (RFC 7519) with the keys that the identity provider publishes. */
export class JwtVerifier {
  readonly #options: JwtConfig;
  readonly #keys: RemoteJWKSet;

  constructor(options: JwtConfig) {
    this.#options = options;
    this.#keys = createRemoteJWKSet(new URL(options.jwksUrl), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: FETCH_COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      [customFetch]: restingFetch(),
    });
  }

  /** @throws LoginFailure, and AppError authentication_unavailable where the keys cannot be fetched */
  async verify(token: string): Promise<Verified> {
    const { issuer, audiences, scopesMap, clockSkewS } = this.#options;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        algorithms: ALGORITHMS,
        clockTolerance: clockSkewS,
        requiredClaims: ['exp'],
      });
      if (!audienceOf(payload).some((name) => audiences.includes(name))) throw refused('The claim aud is not accepted');
      const expiresMs = ((payload.exp ?? 0) + clockSkewS) * 1000;
      return {
        principal: toPrincipal({
          name: nameOf(payload),
          scopes: scopesOf(payload, scopesMap),
          classes: classesOf(payload),
        }),
        scheme: 'jwt',
        untilMs: Math.min(expiresMs, Date.now() + KEPT_MS),
      };
    } catch (error) {
      throw error instanceof LoginFailure ? error : toFailure(error);
    }
  }
}

/** A failed provider is not asked for a while: otherwise each request would ask it again. */
function restingFetch(): typeof fetch {
  let failedAt = -Infinity;
  return async (url, init) => {
    if (performance.now() - failedAt < FETCH_COOLDOWN_MS) throw new Error('the keys could not be fetched just now');
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) failedAt = performance.now();
      return response;
    } catch (error) {
      failedAt = performance.now();
      throw error;
    }
  };
}

/** Messages by the code of jose's error. They name claims, not values. */
function toFailure(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return refused('The token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`The claim ${error.claim} is not accepted`);
  if (error instanceof errors.JOSEAlgNotAllowed) return refused('The algorithm of the token is not accepted');
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused('The signature is not valid');
  if (error instanceof errors.JWKSNoMatchingKey) return refused('The key of the token is not known');
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return refused('The token does not say which key it is signed by');
  if (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return refused('The token is not a JWT that is understood here');
  }
  return new AppError('authentication_unavailable', 'The keys of the identity provider cannot be fetched; try again', {
    retryAfterS: 5,
    cause: error,
  });
}

const refused = (reason: string): LoginFailure => new LoginFailure('jwt', reason);

function nameOf({ sub, client_id: clientId }: JWTPayload): string {
  const name = sub ?? clientId;
  if (typeof name === 'string' && name !== '') return name;
  throw refused('The token names nobody: it has neither sub nor client_id');
}

/** Access tokens of some providers (Amazon Cognito) have no `aud`, and name the client that they were made for. */
function audienceOf({ aud, client_id: clientId }: JWTPayload): string[] {
  return [aud ?? clientId].flat().filter((name) => typeof name === 'string');
}

/** Our scopes from `scope` (RFC 8693) and `scp`, texts or lists. */
function scopesOf({ scope, scp }: JWTPayload, scopesMap: JwtConfig['scopesMap']): Scope[] {
  const given = [scope, scp].flatMap((claim) =>
    typeof claim === 'string' ? claim.split(' ') : isTexts(claim) ? claim : [],
  );
  const usual = given.map((text) => text.replace(SCOPE_PREFIX, '')).filter(isScope);
  return [...new Set([...usual, ...given.flatMap((text) => scopesMap.get(text) ?? [])])];
}

function classesOf({ auth_classes: classes }: JWTPayload): string[] | undefined {
  if (classes === undefined || isTexts(classes)) return classes;
  throw refused('The claim auth_classes is not a list of texts');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
