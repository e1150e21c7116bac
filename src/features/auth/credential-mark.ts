import { hash } from 'node:crypto';
import type { Grant } from '../../shared/principal.ts';
import type { ApiToken, User } from './credentials.ts';

/** A bearer token of AUTH_TOKENS_FILE. */
export interface FileToken extends Grant {
  /** SHA-256, base64url. */
  readonly hash: string;
}

/**
 * Stands for a credential, and reveals nothing of it. A password that was set anew, or a token that was made anew, has another
 * one, whatever its name.
 */
export const credentialMark = (kept: User | ApiToken | FileToken): string =>
  hash('sha256', `mark ${'passwordHash' in kept ? kept.passwordHash : kept.hash}`, 'base64url');
