import type { Feature } from '../feature.ts';
import { auditSources } from './audit-metrics.ts';
import { authRoutes } from './auth-routes.ts';
import { AUTH_VARIABLES, type AuthConfig, readAuth } from './auth-settings.ts';
import { AUTH_TABLES } from './auth-tables.ts';

/** Authentication, and the audit log (docs/adr/0012-authentication.md). */
export const auth: Feature<AuthConfig> = {
  variables: AUTH_VARIABLES,
  settings: (env, { http }) => readAuth(env, http),
  tables: () => AUTH_TABLES,
  statistics: { hidden: AUTH_TABLES },
  management: async () => (await import('./auth-management.ts')).AUTH_MANAGEMENT,
  guards: ({ modes }) => modes.length > 0,
  open: async (platform, config) => {
    if (config.modes.length === 0) {
      platform.logger.info('there is no authentication: whoever reaches this server may do everything');
      return {
        routes: (app) => authRoutes(app, { config, authenticator: undefined, schemes: [] }),
        metrics: auditSources(undefined),
      };
    }
    const { openAuth } = await import('./open-auth.ts');
    return openAuth(platform, config);
  },
};
