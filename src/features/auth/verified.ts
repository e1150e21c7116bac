import type { ApiToken, User } from './credentials.ts';
import type { Principal } from '../../shared/principal.ts';

/** What a verifier found out about a credential. */
export interface Verified {
  readonly principal: Principal;
  /** `jwt`, `token`, `basic`: for the audit log. */
  readonly scheme: string;
  /** Until when it need not be verified again (epoch, ms); undefined: for good. */
  readonly untilMs?: number;
  /** The row it rests on: good for as long as the directory holds it. */
  readonly row?: User | ApiToken;
}

/** Who sends a request: its id and the address it came from. */
export interface Client {
  readonly id: string;
  readonly ip: string;
}
