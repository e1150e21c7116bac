import type { ErrorCode } from '../../shared/errors.ts';
import { AppError } from '../../shared/errors.ts';

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
