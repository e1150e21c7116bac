import type { Feature } from '../feature.ts';
import { readWeb, type WebSettings } from './web-settings.ts';

/** The web page at `/ui` (docs/adr/0036-web-page.md). */
export const web: Feature<WebSettings> = {
  variables: ['WEB', 'WEB_ORIGINS'],
  settings: readWeb,
  open: async (platform, config) => {
    if (!config.enabled) return undefined;
    const { openWeb } = await import('./open-web.ts');
    return openWeb(platform, config);
  },
};
