import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TokenAdmin, UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { onAuthStore } from './support/auth-store.ts';

const PASSWORD = 'a password of 12 letters';
const GRANT = { scopes: ['read', 'write'], classes: undefined } as const;
const soon = { interval: 100 };

let dataDir: string;
let server: TestServer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-playback-'));
  server = await startTestServer({ dataDir, env: { AUTH_MODE: 'token,basic' } });
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

const users = <T>(work: (admin: UserAdmin) => Promise<T>): Promise<T> =>
  onAuthStore(dataDir, (store) => work(new UserAdmin(store, 'test')));
const tokens = <T>(work: (admin: TokenAdmin) => Promise<T>): Promise<T> =>
  onAuthStore(dataDir, (store) => work(new TokenAdmin(store, 'test')));
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** A playback URL that works, of a flow that the credential made. */
async function urlOf(authorization: string, number: number): Promise<string> {
  const id = testId('flow', number);
  const headers = { authorization };
  const flow = videoFlow({ id, source_id: testId('source', number) });
  await expect
    .poll(async () => (await call(server.baseUrl, 'PUT', `/flows/${id}`, { json: flow, headers })).status, soon)
    .toBeLessThan(300);
  const made = await call(server.baseUrl, 'POST', `/playback/flows/${id}/url`, { headers });
  expect(made.status, made.text).toBe(201);
  const { url } = made.json as { url: string };
  expect(await statusOf(url)).toBe(200);
  return url;
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

describe('a playback URL ends', () => {
  it("with its maker's password, and while the maker is suspended", async () => {
    await users((admin) => admin.add({ name: 'alice', ...GRANT }, PASSWORD));
    const url = await urlOf(basic('alice', PASSWORD), 1);
    await users((admin) => admin.setStatus('alice', 'suspended'));
    await expect.poll(() => statusOf(url), soon).toBe(403);
    await users((admin) => admin.setStatus('alice', 'active'));
    await expect.poll(() => statusOf(url), soon).toBe(200);
    await users((admin) => admin.changePassword('alice', `another ${PASSWORD}`));
    await expect.poll(() => statusOf(url), soon).toBe(403);
    const next = await urlOf(basic('alice', `another ${PASSWORD}`), 1);
    // Another of this name is not its maker.
    await users((admin) => admin.remove('alice'));
    await users((admin) => admin.add({ name: 'alice', ...GRANT }, `another ${PASSWORD}`));
    await expect.poll(() => statusOf(next), soon).toBe(403);
  });

  it('with the token that it was made with, also where another token or a user has that name', async () => {
    await users((admin) => admin.add({ name: 'robot', ...GRANT }, PASSWORD));
    const before = await tokens((admin) => admin.add({ name: 'robot', ...GRANT }));
    const url = await urlOf(`Bearer ${before}`, 2);
    const ofUser = await urlOf(basic('robot', PASSWORD), 2);
    await tokens((admin) => admin.remove('robot'));
    const after = await tokens((admin) => admin.add({ name: 'robot', ...GRANT }));
    await expect.poll(() => statusOf(url), soon).toBe(403);
    expect(await statusOf(ofUser)).toBe(200);
    expect(await statusOf(await urlOf(`Bearer ${after}`, 2))).toBe(200);
  });
});

it('a playback URL of anybody counts as requests of its network, and ends when there is authentication', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tams-playback-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const shared = { SECRET_KEY: 'a secret key of at least 32 characters', RATE_LIMIT_PER_S: '5' };
  const open = await startTestServer({ dataDir: folder, env: shared });
  const id = testId('flow', 3);
  const json = videoFlow({ id, source_id: testId('source', 3) });
  await call(open.baseUrl, 'PUT', `/flows/${id}`, { json });
  const made = await call(open.baseUrl, 'POST', `/playback/flows/${id}/url`);
  const { pathname } = new URL((made.json as { url: string }).url);
  const answers = await Promise.all(Array.from({ length: 60 }, () => statusOf(open.baseUrl + pathname)));
  expect(answers).toContain(429);
  await open.close();
  const closed = await startTestServer({ dataDir: folder, env: { ...shared, AUTH_MODE: 'basic' } });
  onTestFinished(() => closed.close());
  expect(await statusOf(closed.baseUrl + pathname)).toBe(403);
});
