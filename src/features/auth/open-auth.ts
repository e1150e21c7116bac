import { Authenticator } from './authenticator.ts';
import { auditSources } from './audit-metrics.ts';
import { authRoutes, credentialRoutes } from './auth-routes.ts';
import { AuditTrail } from './audit-trail.ts';
import { AuditWorker } from './audit-worker.ts';
import type { AuthConfig } from './auth-settings.ts';
import { AuthStore } from './auth-store.ts';
import { CredentialDirectory } from './credential-directory.ts';
import { PasswordVerifier } from './password-verifier.ts';
import { TokenVerifier } from './token-verifier.ts';
import type { SecurityScheme } from '../../http/security-schemes.ts';
import type { OpenFeature, Platform } from '../feature.ts';

const DAY_MS = 86_400_000;

const SCHEME_OF_MODE = {
  jwt: 'bearer_token_auth',
  token: 'bearer_token_auth',
  url_token: 'url_token_auth',
  basic: 'basic_auth',
} as const satisfies Record<AuthConfig['modes'][number], SecurityScheme>;

/** Authentication in the modes that are configured, and the audit log. */
export async function openAuth({ manager, siblings, logger }: Platform, config: AuthConfig): Promise<OpenFeature> {
  const { modes, jwt, tokens, auditRetentionDays } = config;
  const store = new AuthStore(manager);
  // Its library is loaded only when needed.
  const { JwtVerifier } = jwt === undefined ? {} : await import('./jwt-verifier.ts');
  const audit = new AuditTrail(() => {
    auditWorker.wake();
  }, siblings);
  const auditWorker = new AuditWorker(store, audit, auditRetentionDays * DAY_MS, logger);
  const directory = new CredentialDirectory(store);
  const tokenVerifier = new TokenVerifier(directory, tokens);
  const verifiers = {
    jwt: jwt && JwtVerifier && new JwtVerifier(jwt),
    token: modes.includes('token') ? tokenVerifier : undefined,
    urlToken: modes.includes('url_token') ? tokenVerifier : undefined,
    basic: modes.includes('basic') ? new PasswordVerifier(directory, siblings) : undefined,
  };
  const schemes = [...new Set(modes.map((mode) => SCHEME_OF_MODE[mode]))];
  const authenticator = new Authenticator(verifiers, directory, audit, tokens);
  return {
    routes: (app) => {
      authRoutes(app, { config, authenticator, schemes });
      credentialRoutes(app, store);
    },
    authentication: { authenticator, audit, schemes },
    metrics: auditSources({ audit, auditWorker }),
    ownWorkers: [auditWorker],
  };
}
