import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenAdmin } from '../../../src/features/auth/credential-admin.ts';
import { testId, videoFlow } from '../../support/examples.ts';
import { call, nextLink } from '../../support/http-client.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { onAuthStore } from './support/auth-store.ts';
import { bearer, refusalOf, tokensFile } from './support/requests.ts';

const EDITOR = 'editor-Zm9vYmFyYmF6cXV4.1_~+/=';
const PLAYER = 'player-cXV4cXV4cXV4cXV4cXV4';

let dataDir: string;
let server: TestServer;
const lines: string[] = [];
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-tokens-'));
  const file = tokensFile(dataDir, [
    { name: 'editor', token: EDITOR, scopes: ['read', 'write', 'delete'] },
    { name: 'player', token: PLAYER, scopes: ['read'], classes: ['news'] },
  ]);
  server = await startTestServer({
    dataDir,
    inProcess: 'log',
    env: { AUTH_MODE: 'token,url_token', AUTH_TOKENS_FILE: file, LOG_LEVEL: 'trace', DELETE_SYNC_MAX: '1' },
    log: (line) => lines.push(line),
  });
});
afterAll(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

const admin = <T>(work: (admin: TokenAdmin) => Promise<T>): Promise<T> =>
  onAuthStore(dataDir, (store) => work(new TokenAdmin(store, 'test')));

describe('a token of the file', () => {
  it('is good for its scopes', async () => {
    const flow = videoFlow({ id: testId('flow', 1), source_id: testId('source', 1) });
    const put = await bearer(server.baseUrl, EDITOR, 'PUT', `/flows/${flow.id}`, { json: flow });
    expect(put.json).toMatchObject({ created_by: 'editor' });
    expect((await bearer(server.baseUrl, PLAYER, 'GET', `/flows/${flow.id}`)).status).toBe(200);
    const refused = await bearer(server.baseUrl, PLAYER, 'DELETE', `/flows/${flow.id}`);
    expect(refusalOf(refused)).toEqual([403, 'insufficient_scope']);
  });

  it.each([EDITOR.slice(0, -1), `${EDITOR}=`, EDITOR.toLowerCase(), 'x', '', 'a b', `${PLAYER}, ${PLAYER}`])(
    'must be exact: %j',
    async (token) => {
      expect(refusalOf(await bearer(server.baseUrl, token, 'GET', '/service'))).toEqual([401, 'unauthorized']);
    },
  );

  it('may come after any spelling of Bearer', async () => {
    for (const scheme of ['bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${PLAYER}` };
      expect((await call(server.baseUrl, 'GET', '/service', { headers })).status).toBe(200);
    }
  });
});

describe('a token of the table', () => {
  it('is good soon after it is made, and out soon after it is removed', async () => {
    const token = await admin((tokens) => tokens.add({ name: 'robot', scopes: ['read'], classes: undefined }));
    expect(token).toMatch(/^tams_[0-9a-f]{16}_[0-9a-f]{64}$/);
    const status = async () => (await bearer(server.baseUrl, token, 'GET', '/service')).status;
    await expect.poll(() => status(), { interval: 50 }).toBe(200);
    await admin((tokens) => tokens.remove('robot'));
    await expect.poll(() => status(), { interval: 50 }).toBe(401);
  });

  it('is refused where only its id is right', async () => {
    const token = await admin((tokens) => tokens.add({ name: 'half', scopes: ['read'], classes: undefined }));
    const status = async (text: string) => (await bearer(server.baseUrl, text, 'GET', '/service')).status;
    await expect.poll(() => status(token), { interval: 50 }).toBe(200);
    expect(await status(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`)).toBe(401);
  });
});

describe('a token in the URL', () => {
  it('is good for its scopes, and is no better than a header', async () => {
    const ask = (path: string, headers = {}) => call(server.baseUrl, 'GET', path, { headers });
    expect((await ask(`/service?access_token=${PLAYER}`)).status).toBe(200);
    expect((await ask(`/service?access_token=${encodeURIComponent(EDITOR)}`)).status).toBe(200);
    expect((await ask(`/health?access_token=${PLAYER}`)).status).toBe(403);
    expect((await ask('/service?access_token=wrong')).status).toBe(401);
    expect((await ask('/service?access_token=')).status).toBe(401);
    const twice = await ask(`/service?access_token=${PLAYER}&access_token=${PLAYER}`);
    expect(refusalOf(twice)).toEqual([400, 'invalid_request']);
    const both = await ask(`/service?access_token=${PLAYER}`, { authorization: 'Bearer wrong' });
    expect(both.status).toBe(401);
  });

  it('is in links to next pages if it was in the request, and nowhere else', async () => {
    const flow = (n: number) => videoFlow({ id: testId('flow', 10 + n), source_id: testId('source', 10 + n) });
    for (const n of [1, 2, 3]) await bearer(server.baseUrl, EDITOR, 'PUT', `/flows/${flow(n).id}`, { json: flow(n) });

    const byUrl = await call(server.baseUrl, 'GET', `/flows?access_token=${PLAYER}&limit=1`);
    const next = nextLink(byUrl.headers) ?? '';
    expect(new URL(next).searchParams.get('access_token')).toBe(PLAYER);
    expect((await call('', 'GET', next)).status).toBe(200);

    const byHeader = await bearer(server.baseUrl, PLAYER, 'GET', '/flows?limit=1');
    expect(byHeader.headers.get('link')).not.toMatch(/access_token|player-/);
    for (const answer of [byUrl, byHeader]) expect(answer.text).not.toContain(PLAYER);
    expect(byUrl.headers.get('x-paging-nextkey')).not.toContain(PLAYER);
  });

  it('is not in the address of a deletion request', async () => {
    const flow = videoFlow({ id: testId('flow', 20), source_id: testId('source', 20) });
    const token = encodeURIComponent(EDITOR);
    await bearer(server.baseUrl, EDITOR, 'PUT', `/flows/${flow.id}`, { json: flow });
    for (const n of [0, 1, 2]) {
      const json = {
        object_id: `external-${n}`,
        timerange: `[${n}:0_${n + 1}:0)`,
        get_urls: [{ url: 'https://a.example' }],
      };
      await bearer(server.baseUrl, EDITOR, 'POST', `/flows/${flow.id}/segments`, { json });
    }
    const deleted = await call(server.baseUrl, 'DELETE', `/flows/${flow.id}?access_token=${token}`);
    expect(deleted.status).toBe(202);
    expect(deleted.headers.get('location')).toMatch(/\/flow-delete-requests\/[\w-]+$/);
  });
});

describe('the log', () => {
  it('has no tokens, whatever was sent and however it was refused', async () => {
    const secret = 'do-not-log-this-token';
    const before = lines.length;
    for (const path of [
      `/service?access_token=${secret}`,
      `/service?%61ccess_token=${secret}`,
      `/service?ACCESS_TOKEN=${secret}`,
      `/nowhere?access_token=${secret}`,
      `/flows?limit=x&access_token=${secret}`,
      `/flows/%zz?access_token=${secret}`,
    ]) {
      await call(server.baseUrl, 'GET', path, { headers: { 'x-request-id': 'a' } });
      await bearer(server.baseUrl, secret, 'GET', path);
    }
    await call(server.baseUrl, 'GET', `/flows?limit=x&access_token=${PLAYER}`);
    const written = lines.slice(before).join('');
    expect(lines.length).toBeGreaterThan(before);
    expect(written).toContain('access_token=[redacted]');
    for (const token of [secret, PLAYER, EDITOR]) expect(lines.join('')).not.toContain(token);
  });
});
