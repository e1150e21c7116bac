import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiText } from '../../../openapi/document.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { AUDIENCE, forged, IdentityProvider } from '../../support/identity-provider.ts';

/*
 * Every operation of the OpenAPI document with every kind of credential. The document says which scope
 * each operation takes; that the document itself is right is held by the table of exceptions here.
 */

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
}

const ID = '00000000-0000-4000-8000-000000000000';
const SCOPES = ['read', 'write', 'delete', 'admin'];
const SCOPE_OF_METHOD: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  POST: 'write',
  DELETE: 'delete',
};
/** Operations that take another scope than their method says. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'POST /service': 'admin',
  'GET /flow-delete-requests': 'admin',
  'HEAD /flow-delete-requests': 'admin',
  'GET /flow-delete-requests/{request-id}': 'delete',
  'HEAD /flow-delete-requests/{request-id}': 'delete',
};
/** Operations that take `read` besides: a cut tells of the flows that it is made of. */
const READ_TOO: ReadonlySet<string> = new Set(['POST /playback/otio']);
/** Removing a property or a tag is a change of what has it (AppNote 0016 of TAMS). */
const CHANGED_BY_DELETE = /^DELETE \/(sources|flows)\/[^/]+\/(?!segments)/;

const of70 = await readOperations('7.0');
const isOf70 = ({ method, path }: Operation): boolean =>
  of70.some((other) => other.method === method && other.path === path);
/** Operations that 8.2 alone has. Those of both versions are one to a credential. */
const of82 = (await readOperations('8.2'))
  .filter((operation) => !isOf70(operation))
  .map(({ path, ...rest }) => ({ ...rest, path: `/v8.2${path}` }));
const operations = [...of70, ...of82];

async function readOperations(version: string): Promise<Operation[]> {
  const { paths } = JSON.parse(await openApiText(version)) as {
    paths: Record<string, Record<string, { security: Record<string, string[]>[] }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security }]) => {
      const scopes = new Set(security.flatMap((scheme) => Object.values(scheme).flat()));
      // Operations that are public say so, by asking for nothing.
      if (scopes.size === 0) return [];
      expect(scopes.size, `${method} ${path}`).toBe(1);
      return [{ method: method.toUpperCase(), path, scope: [...scopes].join() }];
    }),
  );
}

describe('the matrix of operations and credentials', () => {
  let provider: IdentityProvider;
  let server: TestServer;
  let answers = 0;
  beforeAll(async () => {
    provider = await IdentityProvider.start();
    server = await startTestServer({ env: { ...provider.env, SOFT_DELETE: 'true' } });
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  /** How many operations answer otherwise than expected, with the first of them. */
  async function wrongAnswers(
    authorization: string | undefined,
    expected: (operation: Operation) => 401 | 403 | 'other',
  ): Promise<string[]> {
    const wrong: string[] = [];
    for (const operation of operations) {
      const { method, path } = operation;
      const url = path.replace(/\{[^}]+\}/g, ID);
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await call(server.baseUrl, method, url, { headers });
      const wanted = expected(operation);
      answers++;
      const isRight = wanted === 'other' ? ![401, 403].includes(answer.status) : answer.status === wanted;
      const isChallenged = wanted === 'other' || answer.headers.get('www-authenticate')?.startsWith('Bearer ') === true;
      if (!isRight || !isChallenged) wrong.push(`${method} ${path}: ${answer.status} instead of ${wanted}`);
    }
    return wrong;
  }

  it('has the 74 operations of TAMS 7.0 and those of 8.2 alone, each with the scope that it should have', () => {
    const tams = of70.filter(
      ({ path }) =>
        !/^\/(livez|readyz|health|metrics|internal|analytics|search|events|exr|timeline|playback|auth)/.test(path),
    );
    expect(tams).toHaveLength(74);
    expect(of82).toHaveLength(11);
    for (const { method, path, scope } of [...tams, ...of82]) {
      expect(scope, `${method} ${path}`).toBe(
        CHANGED_BY_DELETE.test(`${method} ${path}`)
          ? 'write'
          : (EXCEPTIONS[`${method} ${path}`] ?? SCOPE_OF_METHOD[method]),
      );
    }
  });

  const now = Math.floor(Date.now() / 1000);
  const all = { sub: 'mallory', scope: 'read write delete admin', aud: AUDIENCE, exp: now + 600 };
  const refused: [string, () => Promise<string | undefined> | string | undefined][] = [
    ['no credentials', () => undefined],
    ['a token that is none', () => 'Bearer nonsense'],
    ['an unknown scheme', () => 'Digest nonsense'],
    ['an expired token', async () => `Bearer ${await provider.token({ ...all, exp: now - 3600 })}`],
    ['a token that is not valid yet', async () => `Bearer ${await provider.token({ ...all, nbf: now + 3600 })}`],
    ['a token without an end', async () => `Bearer ${await provider.token({ ...all, exp: null })}`],
    ['a wrong audience', async () => `Bearer ${await provider.token({ ...all, aud: 'https://other.example' })}`],
    ['no audience', async () => `Bearer ${await provider.token({ ...all, aud: null })}`],
    ['a wrong issuer', async () => `Bearer ${await provider.token({ ...all, iss: 'https://other.example' })}`],
    ['the algorithm none', () => `Bearer ${forged({ alg: 'none' }, { ...all, iss: provider.issuer })}`],
    [
      'an HMAC with the public key as its key',
      () => {
        const { kid } = provider.publicKey;
        const key = JSON.stringify(provider.publicKey);
        const sign = (input: string) => createHmac('sha256', key).update(input).digest();
        return `Bearer ${forged({ alg: 'HS256', kid }, { ...all, iss: provider.issuer }, sign)}`;
      },
    ],
    [
      'a changed payload',
      async () => {
        const [header = '', , signature = ''] = (await provider.token({ scope: 'read' })).split('.');
        const [, payload = ''] = (await provider.token(all)).split('.');
        return `Bearer ${header}.${payload}.${signature}`;
      },
    ],
    ['a user name and a password, which are switched off', () => 'Basic YWxpY2U6cGFzc3dvcmQ='],
  ];
  it.each(refused)('%s: 401 everywhere', async (_what, credential) => {
    expect(await wrongAnswers(await credential(), () => 401)).toEqual([]);
  });

  it.each([...SCOPES, 'none'])('the scope %s alone: what it allows, and 403 for all else', async (given) => {
    const token = await provider.token({ scope: given === 'none' ? 'openid profile' : given });
    const allowed = given === 'admin' ? SCOPES : [given];
    const isAllowed = ({ method, path, scope }: Operation): boolean =>
      allowed.includes(scope) && (allowed.includes('read') || !READ_TOO.has(`${method} ${path}`));
    expect(await wrongAnswers(`Bearer ${token}`, (each) => (isAllowed(each) ? 'other' : 403))).toEqual([]);
  });

  it('has been run whole', () => {
    const kinds = refused.length + SCOPES.length + 1;
    expect(answers).toBe(operations.length * kinds);
    console.info(`authentication: 0 wrong answers in ${operations.length} operations x ${kinds} kinds of credentials`);
  });
});
