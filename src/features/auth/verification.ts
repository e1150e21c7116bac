import type { ApiToken, User } from './credentials.ts';
import type { Principal } from '../../shared/principal.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';

/** A verifier's result for a credential. */
export interface Verified {
  readonly principal: Principal;
  /** `jwt`, `token`, `basic`: for the audit log. */
  readonly scheme: string;
  /** Until when it need not be verified again (epoch, ms); undefined: for good. */
  readonly untilMs?: number;
  /** The row that it relies on: valid while the directory holds it. */
  readonly row?: User | ApiToken;
  /** The mark of the credential (`markOf`), where it is kept here. */
  readonly mark?: string;
}

/** The sender of a request: request id and client address. */
export interface Client {
  readonly id: string;
  readonly ip: string;
}

/** Why a credential was not accepted. The client reads the summary; the audit log has the reason. */
export class LoginFailure extends AppError {
  readonly scheme: string;
  readonly reason: string;
  /** Only a name that exists: what else clients send as a name may be a password. */
  readonly principal: string | undefined;

  constructor(
    scheme: string,
    reason: string,
    options: { summary?: string; principal?: string; code?: ErrorCode; retryAfterS?: number } = {},
  ) {
    super(options.code ?? 'unauthorized', options.summary ?? reason, { retryAfterS: options.retryAfterS });
    this.name = 'LoginFailure';
    this.scheme = scheme;
    this.reason = reason;
    this.principal = options.principal;
  }
}
