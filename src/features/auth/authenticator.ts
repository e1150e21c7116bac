import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Principal, toPrincipal } from '../../shared/principal.ts';
import type { AuditTrail } from './audit-trail.ts';
import { credentialMark, type FileToken } from './credentials.ts';
import type { CredentialDirectory } from './credential-directory.ts';
import type { JwtVerifier } from './jwt-verifier.ts';
import { type Client, LoginFailure, type Verified } from './verification.ts';
import type { PasswordVerifier } from './password-verifier.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** The verifiers that are switched on. */
interface Verifiers {
  readonly jwt?: JwtVerifier;
  /** Tokens in the header. */
  readonly token?: TokenVerifier;
  /** Tokens in the URL. */
  readonly urlToken?: TokenVerifier;
  readonly basic?: PasswordVerifier;
}

/** The sender of a request, with its connection. */
type Sender = Client & { readonly socket: object };

interface Recent {
  readonly credential: string;
  readonly verified: Verified;
}

const KEPT_MAX = 10_000;
/** How long a connection's credential is kept as it is. */
const CONNECTIONS_MS = 1_000;
/** No header has it: it keeps tokens of URLs apart from whole headers. */
const URL_MARK = '\0';
const CREDENTIALS = /^([A-Za-z]+) +([\w~+/.=-]+)$/;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Finds the principal of a credential. A recently verified one costs a lookup, now and then a hash, and no promise.
 * Refusals are never remembered.
 */
export class Authenticator {
  readonly #verifiers: Verifiers;
  readonly #directory: CredentialDirectory;
  readonly #audit: AuditTrail;
  /** Those of AUTH_TOKENS_FILE. */
  readonly #fileTokens: readonly FileToken[];
  readonly #marks = new WeakMap<Principal, string>();
  /** The latest credential of each connection: to compare texts is quicker than to look one of a kilobyte up, or to hash it. */
  #connections: WeakMap<object, Recent> | undefined;
  /** By keyed hash, so that memory reveals no credential. */
  readonly #verified = new LRUCache<string, Verified>({ max: KEPT_MAX });
  readonly #verifying = new Map<string, Promise<Verified>>();
  readonly #key = randomBytes(32).toString('base64url');

  constructor(
    verifiers: Verifiers,
    directory: CredentialDirectory,
    audit: AuditTrail,
    fileTokens: readonly FileToken[],
  ) {
    this.#fileTokens = fileTokens;
    this.#verifiers = verifiers;
    this.#directory = directory;
    this.#audit = audit;
  }

  /**
   * The principal of an `Authorization` header.
   *
   * @throws AppError unauthorized, too_many_attempts or authentication_unavailable; tables_unavailable
   */
  byHeader(header: string, client: Sender): Principal | Promise<Principal> {
    return this.#authenticate(header, client);
  }

  /** The principal of an `access_token` in the query; throws as `byHeader`. */
  byUrlToken(token: string, client: Sender): Principal | Promise<Principal> {
    return this.#authenticate(URL_MARK + token, client);
  }

  /** As `Authentication` has it. */
  markOf(principal: Principal): string | undefined {
    return this.#marks.get(principal);
  }

  /** As `Authentication` has it. @throws AppError tables_unavailable */
  async present(before: Principal, mark: string | undefined): Promise<Principal | undefined> {
    const { jwt, token, urlToken, basic } = this.#verifiers;
    if (mark === undefined) return jwt === undefined ? undefined : before;
    await this.#directory.refresh();
    const { name } = before;
    const kept = [...this.#directory.named(name), ...this.#fileTokens.filter((each) => each.name === name)];
    const found = kept.find((each) => credentialMark(each) === mark);
    const isTaken = found !== undefined && ('passwordHash' in found ? basic : (token ?? urlToken)) !== undefined;
    return isTaken ? toPrincipal(found) : undefined;
  }

  #authenticate(credential: string, client: Sender): Principal | Promise<Principal> {
    const recent = this.#connections?.get(client.socket);
    if (recent?.credential === credential && this.#isCurrent(recent.verified)) return recent.verified.principal;
    const key = hash('sha256', this.#key + credential, 'binary');
    const known = this.#verified.get(key);
    if (known === undefined) return this.#firstUse(key, credential, client);
    if (!this.#isCurrent(known)) return this.#afterRefresh(key, known, credential, client);
    this.#remember(credential, known, client);
    return known.principal;
  }

  async #afterRefresh(key: string, known: Verified, credential: string, client: Client): Promise<Principal> {
    if (known.row !== undefined) await this.#directory.refresh();
    return this.#isCurrent(known) ? known.principal : this.#firstUse(key, credential, client);
  }

  /** Whether the credential is known to be valid now. */
  #isCurrent({ row, untilMs }: Verified): boolean {
    if (untilMs !== undefined && Date.now() >= untilMs) return false;
    return row === undefined || (this.#directory.isFresh && this.#directory.holds(row));
  }

  #remember(credential: string, verified: Verified, { socket }: Sender): void {
    if (this.#connections === undefined) {
      this.#connections = new WeakMap();
      setTimeout(() => (this.#connections = undefined), CONNECTIONS_MS).unref();
    }
    this.#connections.set(socket, { credential, verified });
  }

  /** Concurrent requests with the same credential share one verification. */
  async #firstUse(key: string, credential: string, client: Client): Promise<Principal> {
    let verifying = this.#verifying.get(key);
    if (verifying === undefined) {
      verifying = this.#verifyAndKeep(key, credential, client).finally(() => this.#verifying.delete(key));
      this.#verifying.set(key, verifying);
    }
    return (await verifying).principal;
  }

  async #verifyAndKeep(key: string, credential: string, client: Client): Promise<Verified> {
    try {
      const verified = await this.#verify(credential, client);
      this.#verified.set(key, verified);
      if (verified.mark !== undefined) this.#marks.set(verified.principal, verified.mark);
      this.#audit.login(verified.principal.name, verified.scheme, client);
      return verified;
    } catch (error) {
      this.#verified.delete(key);
      if (error instanceof LoginFailure) {
        const { principal, scheme, reason: detail } = error;
        this.#audit.record({
          event: 'login_failed',
          principal,
          scheme,
          detail,
          address: client.ip,
          requestId: client.id,
        });
      }
      throw error;
    }
  }

  async #verify(credential: string, client: Client): Promise<Verified> {
    const { jwt, token, urlToken, basic } = this.#verifiers;
    if (credential.startsWith(URL_MARK)) {
      if (urlToken !== undefined) return { ...(await urlToken.verify(credential.slice(1))), scheme: 'url_token' };
      throw new LoginFailure('url_token', 'Tokens in the URL are not accepted here');
    }
    const [, scheme = '', value = ''] = CREDENTIALS.exec(credential) ?? [];
    switch (scheme.toLowerCase()) {
      case 'basic':
        if (basic !== undefined) return basic.verify(value, client);
        throw new LoginFailure('basic', 'User names and passwords are not accepted here');
      case 'bearer':
        if (jwt !== undefined && (token === undefined || JWT.test(value))) return jwt.verify(value);
        if (token !== undefined) return token.verify(value);
        throw new LoginFailure('token', 'Bearer tokens are not accepted here');
      default:
        throw new LoginFailure('unknown', 'The Authorization header is not understood');
    }
  }
}
