import type { Feature } from '../feature.ts';
import { readBuiltPage } from './built-page.ts';
import { contentSecurityPolicy, mediaOrigins } from './page-protection.ts';
import { webRoutes } from './web-routes.ts';
import { readWeb, type WebSettings } from './web-settings.ts';

/** The web page at `/ui` (docs/adr/0036-web-page.md). */
export const web: Feature<WebSettings> = {
  settings: readWeb,
  open: ({ settings, media, logger }, { enabled, origins }) => {
    if (!enabled) return Promise.resolve(undefined);
    const { publicUrl } = settings.http;
    const path = new URL(publicUrl ?? '/', 'http://unused').pathname.replace(/\/$/, '');
    const page = readBuiltPage(path);
    if (page === undefined) {
      logger.info('the web page is not built: `npm run web` builds it, and WEB=false leaves it out');
      return Promise.resolve(undefined);
    }
    const policy = (): string => contentSecurityPolicy([...mediaOrigins(media, publicUrl), ...origins]);
    return Promise.resolve({ routes: (app) => webRoutes(app, { page, path, policy }) });
  },
};
