import { hash, randomBytes } from 'node:crypto';

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
