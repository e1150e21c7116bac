import { Buffer } from 'node:buffer';
import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { AppError } from '../shared/errors.ts';
import { PreparedHmac } from './prepared-hmac.ts';
import { SigningWindow } from './signing-window.ts';
import { UrlCache, type UrlCacheCounts } from './url-cache.ts';

const PLAIN_PATH = /^[A-Za-z0-9_./-]*$/;
// A line break could shift the boundary between two signed values, so none is accepted from a query.
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

export interface LocalUrlSignerOptions {
  readonly storageId: string;
  /** Processes that serve the same folder share it. */
  readonly secret: Uint8Array | string;
  /** How long a signed URL is good for, at least. */
  readonly expiresS: number;
  /** Grid that signing times are rounded down to; 1 switches it off. */
  readonly gridS: number;
  /** Signed URLs kept in memory, at most. */
  readonly urlCacheMax: number;
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

/**
 * Signs and checks the URLs of a local media store: HMAC-SHA256 over the method, the expiry, the content type of an
 * upload, and the storage path, under a key of its own for each store.
 */
export class LocalUrlSigner {
  readonly #base: string;
  readonly #hmac: PreparedHmac;
  readonly #window: SigningWindow;
  readonly #cache: UrlCache;

  constructor(options: LocalUrlSignerOptions) {
    this.#base = `/media/${encodeURIComponent(options.storageId)}/`;
    const info = `local media urls of ${options.storageId}`;
    this.#hmac = new PreparedHmac(new Uint8Array(hkdfSync('sha256', options.secret, '', info, 32)));
    this.#window = new SigningWindow(options.expiresS, options.gridS, options.clock ?? (() => Date.now()));
    this.#cache = new UrlCache(options.urlCacheMax);
  }

  /** A signed path and query to append to the public base of this server. */
  signGet(path: string): string {
    const start = this.#window.start();
    const kept = this.#cache.get(start, path);
    if (kept !== undefined) return kept;
    const url = this.#sign('GET', path, '', start);
    this.#cache.set(start, path, url);
    return url;
  }

  /** Without a signature. */
  addressOf(path: string): string {
    return this.#base + encodePath(path);
  }

  signPut(path: string, contentType: string | undefined): string {
    return this.#sign('PUT', path, contentType ?? '', this.#window.start());
  }

  /** Throws `invalid_signature`; returns the content type that was signed, if any. */
  verify(
    method: 'GET' | 'PUT',
    path: string,
    query: Readonly<Record<string, unknown>>,
  ): { contentType: string | undefined } {
    const { expires, signature, 'content-type': contentType = '' } = query;
    if (
      typeof expires !== 'string' ||
      typeof signature !== 'string' ||
      typeof contentType !== 'string' ||
      !/^\d{1,12}$/.test(expires) ||
      CONTROL_CHARACTER.test(contentType)
    ) {
      throw new AppError('invalid_signature', 'The media URL is not signed; ask this server for a signed one.');
    }
    const expected = Buffer.from(this.#signature(method, path, contentType, expires));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      const summary = `The media URL was altered, or was signed for another method than ${method}; use it as it was given.`;
      throw new AppError('invalid_signature', summary);
    }
    if (Number(expires) < this.#window.now()) {
      throw new AppError('invalid_signature', 'The media URL has expired; ask this server for a new one.');
    }
    return { contentType: contentType === '' ? undefined : contentType };
  }

  cacheCounts(): UrlCacheCounts {
    return this.#cache.counts();
  }

  #sign(method: 'GET' | 'PUT', path: string, contentType: string, start: number): string {
    const expires = String(start + this.#window.lifeS);
    const type = contentType === '' ? '' : `&content-type=${encodeURIComponent(contentType)}`;
    const signature = this.#signature(method, path, contentType, expires);
    return `${this.addressOf(path)}?expires=${expires}${type}&signature=${signature}`;
  }

  #signature(method: string, path: string, contentType: string, expires: string): string {
    return this.#hmac.digest(`${method}\n${expires}\n${contentType}\n${path}`, 'base64url');
  }
}

function encodePath(path: string): string {
  return PLAIN_PATH.test(path) ? path : path.split('/').map(encodeURIComponent).join('/');
}
