import { hash, randomBytes } from 'node:crypto';
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

/** A bearer token of AUTH_TOKENS_FILE, of which only the hash is kept. */
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

/** Letters and digits only: a double click selects all of a token. */
const FORMAT = /^tams_([0-9a-f]{16})_[0-9a-f]{64}$/;

interface NewToken {
  readonly id: string;
  /** The token itself, `tams_<id>_<secret>`: shown once, kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

export function makeToken(): NewToken {
  const id = randomBytes(8).toString('hex');
  const text = `tams_${id}_${randomBytes(32).toString('hex')}`;
  return { id, text, hash: hashToken(text) };
}

/** The public id in a token of ours; undefined for any other text. */
export function tokenId(text: string): string | undefined {
  return FORMAT.exec(text)?.[1];
}

/** The stored part of a token. Its secret is random, so a slow hash would protect nothing. */
export function hashToken(text: string): string {
  return hash('sha256', text, 'base64url');
}
