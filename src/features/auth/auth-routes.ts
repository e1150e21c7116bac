import { Type } from '../../shared/type-builder.ts';
import { challenge, type SecurityScheme } from '../../http/security-schemes.ts';
import { readOperation } from '../../http/operation.ts';
import { json, unauthorized } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { AppError } from '../../shared/errors.ts';
import { ANYBODY, type Principal, SCOPES } from '../../shared/principal.ts';
import type { Authenticator } from './authenticator.ts';
import { type AuthConfig, AUTH_MODES } from './auth-settings.ts';

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
        // The check of other routes does so.
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
