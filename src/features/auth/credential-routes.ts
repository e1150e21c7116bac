import { Type } from '../../shared/type-builder.ts';
import { readOperation } from '../../http/operation.ts';
import { json } from '../../http/schemas/responses.ts';
import { sendJson } from '../../http/send-json.ts';
import type { TamsApp } from '../../http/tams-app.ts';
import { SCOPES } from '../../shared/principal.ts';
import type { AuthStore } from './auth-store.ts';

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
