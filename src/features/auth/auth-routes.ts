import { Type } from '../../shared/type-builder.ts';
import { challenge, type SecurityScheme } from '../../http/security-schemes.ts';
import { readOperation } from '../../http/operation.ts';
import { json, unauthorized } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { ANYBODY, type Principal, SCOPES } from '../../shared/principal.ts';
import type { Authenticator } from './authenticator.ts';
import { AUTH_MODES, type AuthConfig } from './auth-settings.ts';
import type { AuthStore } from './auth-store.ts';

const PrincipalSchema = Type.Object({
  name: Type.String({ description: 'As `created_by` has it.' }),
  scopes: Type.Array(Type.Enum([...SCOPES])),
  classes: Type.Optional(Type.Array(Type.String(), { description: 'The classes it is limited to; left out: all.' })),
});

const ProviderSchema = Type.Object(
  {
    issuer: Type.String(),
    client_id: Type.String(),
    scope: Type.String({ description: 'Scopes to ask for, with spaces between them.' }),
  },
  {
    description: 'An OpenID Connect provider, for clients that sign people in. Only where one is configured for them.',
  },
);

const Access = Type.Object(
  {
    modes: Type.Array(Type.Enum([...AUTH_MODES]), { description: 'Ways in; none: everybody may do everything.' }),
    oidc: Type.Optional(ProviderSchema),
    principal: Type.Optional(PrincipalSchema),
  },
  { $id: 'Access' },
);

interface AuthRoutes {
  readonly config: Pick<AuthConfig, 'modes' | 'oidc'>;
  /** Undefined: everybody may do everything. */
  readonly authenticator: Authenticator | undefined;
  readonly schemes: readonly SecurityScheme[];
}

/** `GET /auth`. Beyond TAMS: for clients that people sign in to, who ask before they have anything to show. */
export function authRoutes(app: TamsApp, { config: { modes, oidc }, authenticator, schemes }: AuthRoutes): void {
  readOperation(app, {
    url: '/auth',
    name: 'auth',
    tag: 'Operation',
    summary: 'Get the ways to sign in, and who is',
    description:
      'Without credentials the ways in alone; with credentials in the header, whatever their scopes, the principal too.',
    access: 'public',
    schema: {},
    responses: { 200: json('The ways in, and the principal.', Access), 401: unauthorized },
    handler: async (request, reply) => {
      const { authorization } = request.headers;
      let principal: Principal | undefined;
      try {
        if (authenticator === undefined) principal = ANYBODY;
        else if (authorization !== undefined) principal = await authenticator.byHeader(authorization, request);
      } catch (error) {
        // As the check of other routes does.
        if (error instanceof AppError && error.status === 401) {
          reply.header('www-authenticate', challenge(schemes, 'invalid'));
        }
        throw error;
      }
      reply.header('cache-control', 'no-store');
      return sendJson(reply, JSON.stringify({ modes, oidc, principal }));
    },
  });
}

const grant = {
  name: Type.String(),
  scopes: Type.Array(Type.Enum([...SCOPES])),
  classes: Type.Optional(Type.Array(Type.String(), { description: 'Left out: all.' })),
  created: Type.String({ format: 'date-time' }),
};
const Credentials = Type.Object({
  users: Type.Array(Type.Object({ ...grant, status: Type.Enum(['active', 'suspended']) })),
  tokens: Type.Array(Type.Object(grant)),
});

/** `GET /auth/credentials`. Beyond TAMS: who may come in, for administrators; commands change it. */
export function credentialRoutes(app: TamsApp, store: Pick<AuthStore, 'users' | 'tokens'>): void {
  readOperation(app, {
    url: '/auth/credentials',
    name: 'auth-credentials',
    tag: 'Operation',
    summary: 'List users and tokens',
    description:
      'Those of the tables, by name, without passwords and secrets. `npm run mgmt -- users` and `tokens` change them. Only with ' +
      'authentication.',
    access: 'admin',
    schema: {},
    responses: { 200: json('Users and tokens.', Credentials) },
    handler: async (_request, reply) => {
      const [users, tokens] = await Promise.all([store.users(), store.tokens()]);
      // Named one by one: a hash that is added later is not shown by mistake.
      const shown = {
        users: users.map(({ name, scopes, classes, status, created }) => ({ name, scopes, classes, status, created })),
        tokens: tokens.map(({ name, scopes, classes, created }) => ({ name, scopes, classes, created })),
      };
      return sendJson(reply, JSON.stringify(shown));
    },
  });
}
