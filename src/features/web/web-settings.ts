import type { Environment } from '../../config/environment.ts';
import * as syntax from '../../config/text-syntax.ts';

export interface WebSettings {
  readonly enabled: boolean;
  /** Origins that the page may talk to besides this server and its media stores. */
  readonly origins: readonly string[];
}

export const readWeb = (env: Environment): WebSettings => ({
  enabled: env.flag('WEB') ?? true,
  origins: env.parsed('WEB_ORIGINS', syntax.ORIGIN_LIST) ?? [],
});
