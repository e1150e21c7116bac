import { SigV4Presigner, type SigV4PresignerOptions } from './presigner.ts';
import type { UploadRequest } from './media-store.ts';
import { UrlCache, type UrlCacheCounts } from './url-cache.ts';

interface S3UrlSignerOptions extends Omit<SigV4PresignerOptions, 'endpoint'> {
  /** URL of the service as this server reaches it. */
  readonly endpoint: string;
  /** URL of the service as clients reach it; undefined where it is `endpoint`. */
  readonly publicEndpoint?: string;
  /** Signed URLs kept in memory, at most. */
  readonly urlCacheMax: number;
}

/** Signs the URLs of a bucket: for clients, who get the same one again for a while, and for programs beside this server. */
export class S3UrlSigner {
  readonly #presigner: SigV4Presigner;
  readonly #ownPresigner: SigV4Presigner;
  readonly #cache: UrlCache;
  #uploadUrls = 0;

  constructor(options: S3UrlSignerOptions) {
    const { endpoint, publicEndpoint = endpoint } = options;
    this.#ownPresigner = new SigV4Presigner(options);
    this.#presigner =
      publicEndpoint === endpoint ? this.#ownPresigner : new SigV4Presigner({ ...options, endpoint: publicEndpoint });
    this.#cache = new UrlCache(options.urlCacheMax);
  }

  signGet(path: string): string {
    const state = this.#presigner.state();
    const kept = this.#cache.get(state.epoch, path);
    if (kept !== undefined) return kept;
    const url = this.#presigner.presign('GET', path, undefined, state);
    this.#cache.set(state.epoch, path, url);
    return url;
  }

  signGets(paths: readonly string[]): string[] {
    const state = this.#presigner.state();
    const kept = paths.map((path) => this.#cache.get(state.epoch, path));
    const missing = paths.filter((_, index) => kept[index] === undefined);
    const signed = this.#presigner.presignAll('GET', missing, state);
    for (const [index, path] of missing.entries()) this.#cache.set(state.epoch, path, signed[index] ?? '');
    let next = 0;
    return kept.map((url) => url ?? signed[next++] ?? '');
  }

  /** For requests of this server, and of programs beside it. */
  signOwnGet(path: string): string {
    return this.#ownPresigner.presign('GET', path);
  }

  signPut(path: string, contentType: string | undefined): UploadRequest {
    this.#uploadUrls++;
    if (contentType === undefined) return { url: this.#presigner.presign('PUT', path) };
    const headers = { 'content-type': contentType };
    return { url: this.#presigner.presign('PUT', path, { headers }), ...headers };
  }

  counts(): { readonly urls: UrlCacheCounts; readonly uploadUrls: number } {
    return { urls: this.#cache.counts(), uploadUrls: this.#uploadUrls };
  }
}
