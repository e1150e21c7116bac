import type { OpenFeature, Platform } from '../feature.ts';
import { readBuiltPage } from './built-page.ts';
import { contentSecurityPolicy, mediaOrigins } from './page-protection.ts';
import { webRoutes } from './web-routes.ts';
import type { WebSettings } from './web-settings.ts';

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
