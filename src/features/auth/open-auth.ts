import type { Logger } from 'pino';
import type { Config } from '../../settings.ts';
import type { CredentialStore } from './credentials.ts';
import type { Authentication } from '../../http/access-check.ts';
import type { SecurityScheme } from '../../http/security-schemes.ts';
import { AuditTrail } from './audit-trail.ts';
import { Authenticator } from './authenticator.ts';
import { CredentialDirectory } from './credential-directory.ts';
import { PasswordVerifier } from './password-verifier.ts';
import { TokenVerifier } from './token-verifier.ts';
import { AuditWorker } from './audit-worker.ts';

const DAY_MS = 86_400_000;

const SCHEME_OF_MODE = {
  jwt: 'bearer_token_auth',
  token: 'bearer_token_auth',
  url_token: 'url_token_auth',
  basic: 'basic_auth',
} as const satisfies Record<Config['auth']['modes'][number], SecurityScheme>;

export interface RunningAuthentication extends Authentication {
  readonly audit: AuditTrail;
  /** Writes the audit log; to be stopped after the last request. */
  readonly auditWorker: AuditWorker;
}

/** The configured authentication, or undefined where there is none. */
export async function openAuthentication(
  { modes, jwt, tokens, auditRetentionDays }: Config['auth'],
  store: CredentialStore,
  logger: Logger,
): Promise<RunningAuthentication | undefined> {
  if (modes.length === 0) {
    logger.info('there is no authentication: whoever reaches this server may do everything');
    return undefined;
  }
  // Its library is loaded only where it is needed.
  const { JwtVerifier } = jwt === undefined ? {} : await import('./jwt-verifier.ts');
  const audit = new AuditTrail(() => {
    auditWorker.wake();
  });
  const auditWorker = new AuditWorker(store, audit, auditRetentionDays * DAY_MS, logger);
  const directory = new CredentialDirectory(store);
  const tokenVerifier = new TokenVerifier(directory, tokens);
  const verifiers = {
    jwt: jwt && JwtVerifier && new JwtVerifier(jwt),
    token: modes.includes('token') ? tokenVerifier : undefined,
    urlToken: modes.includes('url_token') ? tokenVerifier : undefined,
    basic: modes.includes('basic') ? new PasswordVerifier(directory) : undefined,
  };
  auditWorker.start();
  return {
    authenticator: new Authenticator(verifiers, directory, audit),
    audit,
    schemes: [...new Set(modes.map((mode) => SCHEME_OF_MODE[mode]))],
    auditWorker,
  };
}
