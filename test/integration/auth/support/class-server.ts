import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallResult } from '../../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../../support/test-server.ts';
import { Api } from '../../behaviour/support/api.ts';
import { bearer, tokensFile } from './requests.ts';

/** Who there is: by name, with the classes of each; undefined: without a list. */
const CLASSES = {
  news: ['news'],
  sport: ['sport'],
  both: ['sport', 'news'],
  /** Whose one class has a comma in it, as no class can. */
  comma: ['news,sport'],
  nobody: [],
  everybody: undefined,
} as const;

/** Those who have some rights on `sport` alone. */
const PARTLY = {
  reader: ['sport:read'],
  writer: ['sport:write'],
  editor: ['sport:read', 'sport:write'],
  remover: ['sport:delete'],
  guest: ['news', 'sport:read'],
} as const;

const ALL_BUT_ADMIN = ['read', 'write', 'delete'];

type Whole = keyof typeof CLASSES | 'admin';
export type Name = Whole | keyof typeof PARTLY;

/** The API as one principal reaches it. */
class BearerApi extends Api {
  readonly #token: string;

  constructor(baseUrl: string, token: string) {
    super(baseUrl);
    this.#token = token;
  }

  override send(method: string, path: string, json?: unknown): Promise<CallResult> {
    return bearer(this.baseUrl, this.#token, method, path, json === undefined ? {} : { json });
  }
}

export interface ClassServer {
  readonly server: TestServer;
  readonly as: Readonly<Record<Whole, Api>>;
  /** All of them, below a path. */
  at(path: string): Readonly<Record<Name, Api>>;
  close(): Promise<void>;
}

const tokenOf = (name: string): string => `the-token-of-${name}`;

/** A server with access by tags, and what each of its principals can do there. `admin` has a class, which does not limit it. */
export async function startClassServer(env: Record<string, string> = {}, dataDir?: string): Promise<ClassServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-classes-'));
  const principals = [
    ...Object.entries({ ...CLASSES, ...PARTLY }).map(([name, classes]) => ({ name, scopes: ALL_BUT_ADMIN, classes })),
    { name: 'admin', scopes: ['admin'], classes: ['news'] },
  ];
  const file = tokensFile(
    folder,
    principals.map((principal) => ({ ...principal, token: tokenOf(principal.name) })),
  );
  const server = await startTestServer({
    env: { AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, AUTH_CLASSES: 'true', SOFT_DELETE: 'false', ...env },
    ...(dataDir !== undefined && { dataDir }),
  });
  const apis = (path: string): [string, Api][] =>
    principals.map(({ name }) => [name, new BearerApi(server.baseUrl + path, tokenOf(name))]);
  const at = (path: string) => Object.fromEntries(apis(path)) as ReturnType<ClassServer['at']>;
  const whole = apis('').filter(([name]) => !Object.hasOwn(PARTLY, name));
  return {
    server,
    as: Object.fromEntries(whole) as ClassServer['as'],
    at,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A tag for these classes. */
export const tagged = (...classes: string[]): { tags: Record<string, string> } => ({
  tags: { auth_classes: classes.join(', ') },
});
