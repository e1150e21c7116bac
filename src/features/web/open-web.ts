import type { OpenFeature, Platform } from '../feature.ts';
import { readBuiltPage, webRoutes } from './web-routes.ts';
import type { WebSettings } from './web-settings.ts';
import type { MediaStores } from '../../media/media-store-registry.ts';

/** The page as it was built; undefined where it was not. */
export function openWeb({ settings, media, logger }: Platform, { origins }: WebSettings): OpenFeature | undefined {
  const { publicUrl } = settings.http;
  const path = new URL(publicUrl ?? '/', 'http://unused').pathname.replace(/\/$/, '');
  const page = readBuiltPage(path);
  if (page === undefined) {
    logger.info('the web page is not built: `npm run web` builds it, and WEB=false leaves it out');
    return undefined;
  }
  const policy = (): string => contentSecurityPolicy([...mediaOrigins(media, publicUrl), ...origins]);
  return { routes: (app) => webRoutes(app, { page, path, policy }) };
}

/** Stands for the page's own origin, where the server does not know by which it is reached. */
const SELF = 'http://self.invalid';

/**
 * Origins that media is uploaded to and downloaded from, besides the server's own. Asked for with each page: credentials
 * of a store may come later than the server.
 */
function mediaOrigins(media: MediaStores, publicUrl: string | undefined): string[] {
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
function contentSecurityPolicy(origins: readonly string[]): string {
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
