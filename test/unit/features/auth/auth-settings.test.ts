import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../../src/settings.ts';

const JWT = {
  AUTH_MODE: 'jwt',
  AUTH_JWKS_URL: 'https://identity.example/keys',
  AUTH_ISSUER: 'https://identity.example/',
  AUTH_AUDIENCE: 'tams',
};
const TOKEN = 'c29tZS10b2tlbi1vci1vdGhlcg==';

let folder = '';
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tams-auth-config-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The message of the ConfigError that this environment is refused with. */
function refusal(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/[\r\n]/);
    return message;
  }
  throw new Error('nothing was refused');
}

function withTokens(content: unknown, mode = 'token'): NodeJS.ProcessEnv {
  const file = join(folder, `${(files += 1)}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { AUTH_MODE: mode, AUTH_TOKENS_FILE: file };
}

describe('AUTH_MODE', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('may be left out on the loopback address %s', (HOST) => {
    expect(loadConfig({ HOST }).features.auth.modes).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'tams.example', '::ffff:10.0.0.1'])(
    'must be set on %s, were it to none',
    (HOST) => {
      expect(refusal({ HOST })).toMatch(/^AUTH_MODE is not set, and HOST \(.+\) is not a loopback address/);
      expect(loadConfig({ HOST, AUTH_MODE: 'none' }).features.auth.modes).toEqual([]);
      expect(loadConfig({ HOST, AUTH_MODE: 'basic' }).features.auth.modes).toEqual(['basic']);
    },
  );

  it.each<NodeJS.ProcessEnv>([
    { PUBLIC_URL: 'https://tams.example' },
    { TRUST_PROXY: 'true' },
    { TRUST_PROXY: '127.0.0.1' },
  ])('must be set where others are to reach this server through a proxy (%j), were it to none', (env) => {
    const [name = ''] = Object.keys(env);
    expect(refusal(env)).toMatch(new RegExp(`^AUTH_MODE is not set, and ${name} .+; set it, to none if everybody may`));
    expect(loadConfig({ ...env, AUTH_MODE: 'none' }).features.auth.modes).toEqual([]);
  });

  it.each(['http://localhost:8000', 'http://127.0.0.1', 'http://[::1]:8000/tams'])(
    'may be left out where PUBLIC_URL is %s, and nothing forwards requests',
    (PUBLIC_URL) => {
      expect(loadConfig({ PUBLIC_URL, TRUST_PROXY: 'false' }).features.auth.modes).toEqual([]);
    },
  );

  it('opens the store to no web page by being left out', () => {
    const http = (env: NodeJS.ProcessEnv) => loadConfig(env).http;
    expect(http({})).toMatchObject({ corsOrigins: 'loopback', checkHost: true });
    expect(http({ AUTH_MODE: 'none' })).toMatchObject({ corsOrigins: 'loopback', checkHost: true });
    expect(http({ CORS_ORIGINS: '*' })).toMatchObject({ corsOrigins: '*', checkHost: false });
    expect(http({ CORS_ORIGINS: 'https://a.example' })).toMatchObject({ checkHost: true });
    expect(http({ AUTH_MODE: 'basic' })).toMatchObject({ corsOrigins: '*', checkHost: false });
    expect(http({ AUTH_MODE: 'none', HOST: '0.0.0.0' })).toMatchObject({ corsOrigins: '*', checkHost: false });
  });

  it('is a list', () => {
    expect(loadConfig({ ...JWT, AUTH_MODE: 'url_token, basic,jwt' }).features.auth.modes).toEqual([
      'jwt',
      'basic',
      'url_token',
    ]);
  });

  it.each(['JWT', 'jwt,none', 'none,none', 'basic,basic', 'basic,', 'oauth', ' '])('refuses %j', (AUTH_MODE) => {
    expect(refusal({ ...JWT, AUTH_MODE })).toMatch(/^AUTH_MODE takes none or a comma-separated list of jwt, token/);
  });
});

describe('AUTH_MODE=jwt', () => {
  it('reads what it needs', () => {
    expect(loadConfig({ ...JWT, AUTH_CLOCK_SKEW_S: '5' }).features.auth.jwt).toEqual({
      jwksUrl: 'https://identity.example/keys',
      issuer: 'https://identity.example/',
      audiences: ['tams'],
      scopesMap: new Map(),
      clockSkewS: 5,
    });
  });

  it('takes several audiences, and scopes of the provider', () => {
    const AUTH_SCOPES_MAP = 'https://mam.example/edit?v=1=write, https://mam.example/edit?v=1=read,ops=admin';
    expect(loadConfig({ ...JWT, AUTH_AUDIENCE: 'tams, 4h57k', AUTH_SCOPES_MAP }).features.auth.jwt).toMatchObject({
      audiences: ['tams', '4h57k'],
      scopesMap: new Map([
        ['https://mam.example/edit?v=1', ['write', 'read']],
        ['ops', ['admin']],
      ]),
    });
  });

  it.each(['edit', 'edit=', '=read', 'edit=reading', 'edit=read,', 'a b=read'])('refuses %j as a map', (map) => {
    expect(refusal({ ...JWT, AUTH_SCOPES_MAP: map })).toMatch(
      /^AUTH_SCOPES_MAP takes a comma-separated list of SCOPE=/,
    );
  });

  it.each([',', 'tams,'])('refuses %j as an audience', (AUTH_AUDIENCE) => {
    expect(refusal({ ...JWT, AUTH_AUDIENCE })).toMatch(/^AUTH_AUDIENCE takes a comma-separated list of audiences/);
  });

  it.each(['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'])('needs %s', (name) => {
    expect(refusal({ ...JWT, [name]: '' })).toBe(`${name} is not set; AUTH_MODE=jwt needs it.`);
  });

  it.each(['identity.example', 'ftp://identity.example', 'https://user:hunter2@identity.example'])(
    'refuses AUTH_JWKS_URL=%s',
    (url) => {
      const message = refusal({ ...JWT, AUTH_JWKS_URL: url });
      expect(message).toMatch(/^AUTH_JWKS_URL takes an http or https URL without credentials/);
      expect(message).not.toContain('hunter2');
    },
  );

  it.each(['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_SCOPES_MAP'])(
    'refuses %s where it has no effect',
    (name) => {
      const message = refusal({ AUTH_MODE: 'basic', [name]: 'https://a.example' });
      expect(message).toMatch(new RegExp(`^${name} has no effect unless AUTH_MODE has jwt`));
    },
  );
});

describe('AUTH_CLASSES', () => {
  it('is off unless it is set', () => {
    expect(loadConfig({ ...JWT }).classes).toBe(false);
    expect(loadConfig({ ...JWT, AUTH_CLASSES: 'true' }).classes).toBe(true);
  });

  it.each([{}, { AUTH_MODE: 'none' }])('is refused without authentication (%j)', (env) => {
    expect(refusal({ ...env, AUTH_CLASSES: 'true' })).toMatch(
      /^AUTH_CLASSES has no effect unless AUTH_MODE has jwt or/,
    );
  });
});

describe('AUTH_TOKENS_FILE', () => {
  const entry = { name: 'ingest', token: TOKEN, scopes: ['write'] };

  it('gives tokens whose text is forgotten', () => {
    const {
      features: { auth },
    } = loadConfig(
      withTokens([entry, { ...entry, name: 'b', token: `${TOKEN}x`.replace('==x', 'x'), classes: ['news'] }]),
    );
    expect(auth.tokens).toMatchObject([
      { name: 'ingest', scopes: ['write'], classes: undefined },
      { name: 'b', classes: ['news'] },
    ]);
    expect(JSON.stringify(auth)).not.toContain(TOKEN.slice(0, 20));
  });

  it('serves url_token, and is not needed, since there are tokens in the tables', () => {
    expect(loadConfig(withTokens([entry], 'url_token')).features.auth.tokens).toHaveLength(1);
    expect(loadConfig({ AUTH_MODE: 'token' }).features.auth.tokens).toEqual([]);
  });

  it('has no effect without token or url_token', () => {
    expect(refusal(withTokens([entry], 'basic'))).toMatch(/^AUTH_TOKENS_FILE has no effect unless AUTH_MODE has token/);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', `[{"token": "${TOKEN}"`, /is not valid JSON\.$/],
    ['no list', entry, /takes a JSON list of tokens\.$/],
    ['no object', [entry, 5], /entry 2 is not an object\.$/],
    ['a missing key', [{ ...entry, scopes: undefined }], /entry 1 \("ingest"\) lacks the key scopes\.$/],
    ['an unknown key', [{ ...entry, scope: 'read' }], /entry 1 \("ingest"\) has the unknown key "scope"\.$/],
    ['a wrong scope', [{ ...entry, scopes: ['all'] }], /entry 1 \("ingest"\) has a wrong scopes: it takes a list/],
    ['no scope', [{ ...entry, scopes: [] }], /entry 1 \("ingest"\) has a wrong scopes/],
    ['a short token', [{ ...entry, token: TOKEN.slice(0, 15) }], /entry 1 \("ingest"\) has a wrong token: it takes 16/],
    ['a token that no header takes', [{ ...entry, token: `${TOKEN} ${TOKEN}` }], /has a wrong token/],
    ['the form of a JWT', [{ ...entry, token: 'aaaaaaaaaa.bbbbbbb.ccccc' }], /has a token of three parts with dots/],
    ['wrong classes', [{ ...entry, classes: 'news' }], /has a wrong classes: it takes a list of texts/],
    ['a name twice', [entry, { ...entry, token: 'another-token-of-them' }], /has the same name in entries 1 and 2\.$/],
    ['a token twice', [entry, { ...entry, name: 'other' }], /has the same token in entries 1 and 2\.$/],
  ])('refuses %s, naming the entry and never the token', (_what, content, message) => {
    const refused = refusal(withTokens(content));
    expect(refused).toMatch(/^AUTH_TOKENS_FILE: /);
    expect(refused).toMatch(message);
    expect(refused).not.toContain(TOKEN.slice(0, 10));
  });

  it('must be readable', () => {
    const refused = refusal({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: join(folder, 'nowhere.json') });
    expect(refused).toMatch(/^AUTH_TOKENS_FILE names ".+nowhere\.json", which cannot be read \(ENOENT\)\.$/);
  });
});
