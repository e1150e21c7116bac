import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestTables, TEST_TABLE_ENGINE, tableEngineEnv } from '../../support/table-engine.ts';
import { AUTH_TABLES } from '../../../src/features/auth/auth-tables.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { basic, bearer } from './support/requests.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const PASSWORD = 'correct horse battery';

let dataDir: string;
let server: TestServer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-mgmt-'));
  server = await startTestServer({ dataDir, env: { AUTH_MODE: 'basic,token' } });
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in a process of its own, beside the server on the same tables. */
async function mgmt(args: readonly string[], { input = '', env = {} } = {}): Promise<Result> {
  const child = spawn(process.execPath, ['mgmt/main.js', ...args], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...(await tableEngineEnv(dataDir)), ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

const soon = { interval: 100 };

describe('mgmt users', () => {
  it('adds a user whom the running server admits, suspends and removes it', async () => {
    const status = async () => (await basic(server.baseUrl, 'alice', PASSWORD)).status;
    const added = await mgmt(['users', 'add', 'alice', '--scopes', 'read,write', '--classes', 'news'], {
      input: `${PASSWORD}\n`,
    });
    expect(added).toEqual({ code: 0, out: '', err: '' });
    await expect.poll(() => status(), soon).toBe(200);

    const list = await mgmt(['users', 'list']);
    expect(list.out).toMatch(/^NAME +STATUS +SCOPES +CLASSES +UPDATED\nalice +active +read,write +news +\d{4}-/);
    const shown = JSON.parse((await mgmt(['users', 'show', 'alice'])).out) as object;
    expect(shown).toMatchObject({ name: 'alice', status: 'active', scopes: ['read', 'write'], classes: ['news'] });
    expect(JSON.stringify(shown)).not.toMatch(/scrypt|hash/i);

    expect((await mgmt(['users', 'suspend', 'alice'])).code).toBe(0);
    await expect.poll(() => status(), soon).toBe(401);
    expect((await mgmt(['users', 'activate', 'alice'])).code).toBe(0);
    await expect.poll(() => status(), soon).toBe(200);
    expect((await mgmt(['users', 'change-password', 'alice'], { input: 'another password' })).code).toBe(0);
    await expect.poll(() => status(), soon).toBe(401);
    await expect.poll(async () => (await basic(server.baseUrl, 'alice', 'another password')).status, soon).toBe(200);
    expect((await mgmt(['users', 'remove', 'alice'])).code).toBe(0);
    expect((await mgmt(['users', 'list', '--json'])).out).toBe('');
  });

  it.concurrent.each<[string[], string, RegExp]>([
    [['users', 'add', 'bob', '--scopes', 'read'], 'short', /^A password has 12 to 1024 characters\.\n$/],
    [['users', 'add', 'a:b', '--scopes', 'read'], PASSWORD, /^The name of a user has .+\n$/],
    [['users', 'add', 'bob'], PASSWORD, /^error: required option '--scopes <list>' not specified\n$/],
    [['users', 'add', 'bob', '--scopes', 'all'], PASSWORD, /^error: .+ Scopes are read, write, delete, admin\.\n$/],
    [['users', 'add', 'bob', '--scopes', 'read', '--password', PASSWORD], '', /^error: unknown option '--password'\n$/],
    [['users', 'suspend', 'nobody'], '', /^There is no user "nobody"\.\n$/],
    [['users', 'show', 'nobody'], '', /^There is no user "nobody"\.\n$/],
    [['tokens', 'remove', 'nobody'], '', /^There is no token "nobody"\.\n$/],
    [['audit', '--since', 'yesterday'], '', /^error: .+ Not a date or a time\.\n$/],
    [['nonsense'], '', /^error: unknown command 'nonsense'\n$/],
  ])('refuses %j with one line', async (args, input, message) => {
    const { code, out, err } = await mgmt(args, { input });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it('refuses a name that is taken, and a configuration that the server would refuse', async () => {
    await mgmt(['users', 'add', 'carol', '--scopes', 'read'], { input: PASSWORD });
    const again = await mgmt(['users', 'add', 'carol', '--scopes', 'read'], { input: PASSWORD });
    expect([again.code, again.err]).toEqual([2, 'There is a user carol already.\n']);
    const misconfigured = await mgmt(['users', 'list'], { env: { PORT: 'x' } });
    expect([misconfigured.code, misconfigured.err]).toEqual([2, expect.stringMatching(/^PORT takes .+\n$/)]);
  });

  it.concurrent.each([[[]], [['users', 'add']], [['audit']]])('has --help: %j', async (args) => {
    const { code, out } = await mgmt([...args, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: mgmt /);
  });
});

describe('mgmt tokens', () => {
  it('makes a token that is shown once, is kept as a hash, and can be removed', async () => {
    const { out } = await mgmt(['tokens', 'add', 'robot', '--scopes', 'admin']);
    const token = out.trim();
    const status = async () => (await bearer(server.baseUrl, token, 'GET', '/service')).status;
    await expect.poll(() => status(), soon).toBe(200);
    const listed = `${(await mgmt(['tokens', 'list'])).out}${(await mgmt(['tokens', 'list', '--json'])).out}`;
    expect(listed).toMatch(/robot .*admin .*\(all\)/);
    expect(listed).not.toContain(token);

    const secret = token.split('_')[2] ?? '';
    expect(secret).toHaveLength(64);
    const tables = await openTestTables(dataDir, AUTH_TABLES);
    const rows = await Promise.all(AUTH_TABLES.map(({ name }) => tables.selectRows({ table: name })));
    await tables.close();
    const kept = JSON.stringify(rows, (_key, cell: unknown) => (typeof cell === 'bigint' ? String(cell) : cell));
    expect(kept).toContain('robot');
    for (const text of [secret, PASSWORD]) expect(kept).not.toContain(text);
    for (const file of TEST_TABLE_ENGINE === 'sqlite' ? await readdir(join(dataDir, 'tables')) : []) {
      const bytes = await readFile(join(dataDir, 'tables', file), 'latin1');
      for (const text of [secret, PASSWORD]) expect(bytes.includes(text), `${file} holds a secret`).toBe(false);
    }
    expect((await mgmt(['tokens', 'remove', 'robot'])).code).toBe(0);
    await expect.poll(() => status(), soon).toBe(401);
  });
});

describe('mgmt audit', () => {
  it('lists what was done, newest first, filtered, and as JSON', async () => {
    const { out } = await mgmt(['audit', '--event', 'administration', '--limit', '3']);
    const [heading, ...lines] = out.trimEnd().split('\n');
    expect(heading).toMatch(/^TIME +EVENT +PRINCIPAL/);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/administration +os:\w+ +mgmt .*tokens remove +robot$/);
    const json = (await mgmt(['audit', '--json', '--since', '2020-01-01', '--principal', 'alice'])).out;
    const records = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { principal: string; time: string });
    expect(new Set(records.map(({ principal }) => principal))).toEqual(new Set(['alice']));
    expect((await mgmt(['audit', '--since', '2999-01-01', '--json'])).out).toBe('');
  });
});
