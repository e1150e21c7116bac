import type { Grant } from '../../shared/principal.ts';

/** A person or a program that signs in with a password. */
export interface User extends Grant {
  readonly passwordHash: string;
  readonly status: 'active' | 'suspended';
  /** RFC 3339. */
  readonly created: string;
  readonly updated: string;
}

/** A bearer token; its secret is known to its holder alone. */
export interface ApiToken extends Grant {
  /** Public part, by which the token is found. */
  readonly id: string;
  /** SHA-256 of the whole token, base64url. */
  readonly hash: string;
  readonly created: string;
}
