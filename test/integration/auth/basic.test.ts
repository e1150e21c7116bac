import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { onAuthStore } from './support/auth-store.ts';
import { basic, refusalOf } from './support/requests.ts';

const PASSWORD = 'correct horse: battery';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ inProcess: 'counts', env: { AUTH_MODE: 'basic' } });
  await admin(async (users) => {
    await users.add({ name: 'alice', scopes: ['read'], classes: undefined }, PASSWORD);
    await users.add({ name: 'bob', scopes: ['admin'], classes: ['news'] }, 'Pässwörter für alle');
  });
});
afterAll(() => server.close());

const admin = <T>(work: (admin: UserAdmin) => Promise<T>): Promise<T> =>
  onAuthStore(server.dataDir, (store) => work(new UserAdmin(store, 'test')));

const statusOf = async (user: string, password: string): Promise<number> =>
  (await basic(server.baseUrl, user, password)).status;

it('is listed for administrators, without anything secret', async () => {
  const ask = (user: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return fetch(`${server.baseUrl}/auth/credentials`, { headers: { authorization } });
  };
  expect((await ask('alice', PASSWORD)).status).toBe(403);
  const listed = (await (await ask('bob', 'Pässwörter für alle')).json()) as { users: object[] };
  const created = expect.any(String) as string;
  expect(listed).toEqual({
    users: [
      { name: 'alice', scopes: ['read'], status: 'active', created },
      { name: 'bob', scopes: ['admin'], classes: ['news'], status: 'active', created },
    ],
    tokens: [],
  });
});

describe('a user', () => {
  it('signs in with a password that may have colons and letters of any language', async () => {
    expect(await statusOf('alice', PASSWORD)).toBe(200);
    expect(await statusOf('bob', 'Pässwörter für alle')).toBe(200);
    // The same letters, composed in another way.
    expect(await statusOf('bob', 'Pässwörter für alle'.normalize('NFD'))).toBe(200);
    expect(refusalOf(await basic(server.baseUrl, 'alice', PASSWORD, 'POST'))).toEqual([403, 'insufficient_scope']);
  });

  it('is refused alike for a wrong password and an unknown name', async () => {
    const wrong = await basic(server.baseUrl, 'alice', 'wrong');
    const unknown = await basic(server.baseUrl, 'nobody', PASSWORD);
    const withoutVolatile = ({ json }: { json: unknown }) => ({ ...(json as object), time: '', request_id: '' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(withoutVolatile(unknown)).toEqual(withoutVolatile(wrong));
    expect(wrong.headers.get('www-authenticate')).toBe('Basic realm="TAMS", charset="UTF-8"');
  });

  it('costs a password check once, not for every request', async () => {
    await basic(server.baseUrl, 'alice', PASSWORD);
    const before = process.cpuUsage();
    for (let i = 0; i < 50; i++) expect(await statusOf('alice', PASSWORD)).toBe(200);
    const { user, system } = process.cpuUsage(before);
    // A check takes 80 ms at the least, on the fastest of machines: 50 of them would be 4 s.
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  it('is out within seconds when suspended, in again when activated, and has to know a new password', async () => {
    const status = (password = PASSWORD) => statusOf('alice', password);
    const soon = { interval: 150 };
    expect(await status()).toBe(200);
    await admin((users) => users.setStatus('alice', 'suspended'));
    await expect.poll(() => status(), soon).toBe(401);
    await admin((users) => users.setStatus('alice', 'active'));
    await expect.poll(() => status(), soon).toBe(200);
    await admin((users) => users.changePassword('alice', 'another password'));
    await expect.poll(() => status(), soon).toBe(401);
    expect(await status('another password')).toBe(200);
    await admin((users) => users.remove('alice'));
    await expect.poll(() => status('another password'), soon).toBe(401);
  });
});

describe('guessing', () => {
  it('ends after ten failures for a name, without locking out the ones who are in', async () => {
    const right = 'Pässwörter für alle';
    expect(await statusOf('bob', right)).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push(await statusOf('bob', `guess ${i}`));
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const refused = await basic(server.baseUrl, 'bob', 'another guess');
    expect(refusalOf(refused)).toEqual([429, 'too_many_attempts']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statusOf('bob', right)).toBe(200);
    expect(await statusOf('carol', 'whatever')).toBe(401);
  });

  it('does not keep other requests waiting: a few checks run, some wait, the rest is told to come back', async () => {
    const file = `${server.baseUrl}/docs/static/index.css`;
    // The documentation is loaded at its first request.
    expect((await fetch(file)).status).toBe(200);
    let answered = 0;
    const attempts = Array.from({ length: 40 }, async (_, i) => {
      const answer = await basic(server.baseUrl, `user${i}`, 'a guess');
      answered++;
      return answer;
    });
    expect((await fetch(file)).status).toBe(200);
    // Counted and not timed: it is there before all of them have been checked.
    expect(answered).toBeLessThan(40);
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });
});
