import type { ApiToken, User } from './credentials.ts';
import type { Principal } from '../../shared/principal.ts';

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
