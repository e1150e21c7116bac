import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError } from './errors.ts';

/** Long enough that none is found by trying; short enough for a URL. */
const TAG_BYTES = 16;

/**
 * Opaque keyset cursors: the position after which the next page starts, tagged so that it can only
 * come from this server and for this query. The query is not in the cursor, only in its tag: a
 * cursor does not grow with its query.
 */
export class CursorCodec {
  readonly #key: KeyObject;

  /** Replicas that share the secret read each other's cursors. */
  constructor(secret: string | Uint8Array) {
    // A key of its own: signatures made elsewhere with the same secret can never pass for a cursor.
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'paging cursor', 32)));
  }

  /**
   * `query` is everything that the listing depends on (the path and the filters) but `page` and
   * `limit`. The cursor is made of `A-Z a-z 0-9 - _` only.
   */
  encode(query: string, position: readonly (string | bigint)[]): string {
    const payload = Buffer.from(
      JSON.stringify(position.map((value) => (typeof value === 'bigint' ? `n${value.toString()}` : `s${value}`))),
    );
    return Buffer.concat([this.#tag(query, payload), payload]).toString('base64url');
  }

  /** The position that `encode` was given; AppError `invalid_cursor` unless it was encoded for this query. */
  decode(query: string, text: string): (string | bigint)[] {
    const bytes = Buffer.from(text, 'base64url');
    const payload = bytes.subarray(TAG_BYTES);
    // Decoding skips what is not base64url; only the exact text of a cursor is one.
    const intact = bytes.length > TAG_BYTES && bytes.toString('base64url') === text;
    if (!intact || !timingSafeEqual(bytes.subarray(0, TAG_BYTES), this.#tag(query, payload))) {
      throw new AppError(
        'invalid_cursor',
        'The page cursor is malformed or was made for another query: repeat the query that it came from, or start again without page.',
        { field: 'page' },
      );
    }
    // The tag proves that `encode` wrote it.
    const values = JSON.parse(payload.toString()) as string[];
    return values.map((value) => (value.startsWith('n') ? BigInt(value.slice(1)) : value.slice(1)));
  }

  #tag(query: string, payload: Buffer): Buffer {
    // The length keeps the border between query and payload where it was.
    const hmac = createHmac('sha256', this.#key).update(`${query.length}:${query}`).update(payload);
    return hmac.digest().subarray(0, TAG_BYTES);
  }
}
