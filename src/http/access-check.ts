import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal, Scope } from '../shared/principal.ts';
import { AppError } from '../shared/errors.ts';
import { challenge, type SecurityScheme } from './security-schemes.ts';

/** An interface, since HTTP knows no feature: `features/auth` implements it. */
export interface Authentication {
  readonly authenticator: {
    /** At once for a known credential. @throws AppError `unauthorized` */
    byHeader(authorization: string, client: Client): Principal | Promise<Principal>;
    byUrlToken(token: string, client: Client): Principal | Promise<Principal>;
    /**
     * Stands for the credential that a request's principal signed in with; undefined where an identity provider keeps it. It
     * reveals nothing, and another password or token has another one.
     */
    markOf(principal: Principal): string | undefined;
    /**
     * A principal that signed in before, as it is now; undefined where its credential is taken no more. One without a mark cannot
     * be asked for, and is as it was, whoever has its name here.
     */
    present(before: Principal, mark: string | undefined): Promise<Principal | undefined>;
  };
  readonly audit: { record(act: Act): void };
  /** The accepted schemes; at least one. */
  readonly schemes: readonly SecurityScheme[];
}

/** The sender of a request: its address is for the audit log, its connection for credentials that come again. */
export type Client = Pick<FastifyRequest, 'id' | 'ip' | 'socket'>;

/** An entry of the audit log. */
interface Act {
  readonly event: 'denied' | 'login_failed' | 'administration';
  readonly principal?: string;
  readonly action?: string;
  readonly detail?: string;
  readonly address: string;
  readonly requestId: string;
}

type Next = (error?: Error) => void;

/** Authenticates requests to routes with a scope, and checks the scope. */
export class AccessCheck {
  readonly #authenticator: Authentication['authenticator'];
  readonly #audit: Authentication['audit'];
  readonly #schemes: readonly SecurityScheme[];
  readonly #readsUrl: boolean;
  readonly #scope: Scope;

  constructor({ authenticator, audit, schemes }: Authentication, scope: Scope) {
    this.#authenticator = authenticator;
    this.#audit = audit;
    this.#schemes = schemes;
    this.#readsUrl = schemes.includes('url_token_auth');
    this.#scope = scope;
  }

  /** A hook. It is no async function: a known credential makes no promise. */
  readonly check = (request: FastifyRequest, reply: FastifyReply, next: Next): void => {
    let principal: Principal | Promise<Principal> | undefined;
    try {
      principal = this.#principalOf(request);
    } catch (error) {
      this.#refuse(error as Error, reply, next);
      return;
    }
    if (principal === undefined) this.#askForCredentials(request, reply, next);
    else if (principal instanceof Promise) {
      principal.then(
        (found) => this.#admit(found, request, reply, next),
        (error: unknown) => this.#refuse(error as Error, reply, next),
      );
    } else this.#admit(principal, request, reply, next);
  };

  /** Undefined where the request has no credentials. */
  #principalOf(request: FastifyRequest): Principal | Promise<Principal> | undefined {
    // A header takes precedence over the URL: clients also send it when they follow links with a token.
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.#authenticator.byHeader(authorization, request);
    const token = this.#readsUrl ? urlToken(request) : undefined;
    return token === undefined ? undefined : this.#authenticator.byUrlToken(token, request);
  }

  #admit(principal: Principal, request: FastifyRequest, reply: FastifyReply, next: Next): void {
    if (principal.scopes.includes(this.#scope)) {
      request.auth = principal;
      request.scope = this.#scope;
      next();
      return;
    }
    const { id: requestId, ip: address, method, routeOptions } = request;
    const action = `${method} ${routeOptions.url ?? ''}`;
    const detail = `lacks ${this.#scope}`;
    this.#audit.record({ event: 'denied', principal: principal.name, action, detail, address, requestId });
    const challenges = challenge(this.#schemes, 'insufficient', this.#scope);
    if (challenges.length > 0) reply.header('www-authenticate', challenges);
    next(new AppError('insufficient_scope', `This needs the scope ${this.#scope}`));
  }

  #askForCredentials({ id: requestId, ip: address }: FastifyRequest, reply: FastifyReply, next: Next): void {
    this.#audit.record({ event: 'login_failed', detail: 'no credentials', address, requestId });
    reply.header('www-authenticate', challenge(this.#schemes, 'missing'));
    next(new AppError('unauthorized', 'This needs credentials'));
  }

  #refuse(error: Error, reply: FastifyReply, next: Next): void {
    const isRefusal = error instanceof AppError && error.status === 401;
    if (isRefusal) reply.header('www-authenticate', challenge(this.#schemes, 'invalid'));
    next(error);
  }
}

function urlToken(request: FastifyRequest): string | undefined {
  const { access_token: token } = request.query as { access_token?: unknown };
  if (token === undefined || typeof token === 'string') return token;
  throw new AppError('invalid_request', 'access_token is given more than once', { field: 'access_token' });
}
