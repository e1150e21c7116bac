import type { MediaStores } from '../../media/media-store-registry.ts';

/** Stands for the page's own origin, where the server does not know by which it is reached. */
const SELF = 'http://self.invalid';

/**
 * Origins that media is uploaded to and downloaded from, besides the server's own. Asked for with each page: credentials
 * of a store may come later than the server.
 */
export function mediaOrigins(media: MediaStores, publicUrl: string | undefined): string[] {
  const urls = media.all().flatMap((store) => {
    try {
      return [store.presignGet('x', publicUrl ?? SELF), store.publicUrl('x') ?? SELF];
    } catch {
      // Nor can the API sign now: there are no URLs that the page could be kept from.
      return [];
    }
  });
  const origins = new Set(urls.map((url) => new URL(url).origin));
  origins.delete(SELF);
  return [...origins];
}

/** The policy of the page: it runs and shows what lies beside it, and talks to `origins` besides. */
export function contentSecurityPolicy(origins: readonly string[]): string {
  const media = ["'self'", 'blob:', ...origins].join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "worker-src 'self' blob:",
    `img-src ${media} data:`,
    `media-src ${media}`,
    `connect-src ${media}`,
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
