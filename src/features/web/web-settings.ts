import type { Environment } from '../../config/environment.ts';
import * as syntax from '../../config/text-syntax.ts';

export interface WebSettings {
  readonly enabled: boolean;
  /** Origins that the page may talk to besides this server and its media stores: that of the identity provider, and more. */
  readonly origins: readonly string[];
}

export const readWeb = (env: Environment): WebSettings => ({
  enabled: env.flag('WEB') ?? true,
  origins: [...issuerOrigin(env.text('AUTH_ISSUER')), ...(env.parsed('WEB_ORIGINS', syntax.ORIGIN_LIST) ?? [])],
});

/** The page asks there for tokens. An issuer may be any text for those who only verify tokens. */
const issuerOrigin = (issuer: string | undefined): string[] =>
  issuer !== undefined && /^https?:/.test(issuer) && URL.canParse(issuer) ? [new URL(issuer).origin] : [];
