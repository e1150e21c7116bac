import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../src/features/auth/audit.ts';
import { TokenAdmin, UserAdmin } from '../../../src/features/auth/credential-admin.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer, WORKERS } from '../../support/test-server.ts';
import { onAuthStore } from './support/auth-store.ts';
import { basic, bearer, tokensFile } from './support/requests.ts';

const TOKEN = 'dGhlIHRva2VuIG9mIGFuIGFkbWlu';
const READER = 'dGhlIHRva2VuIG9mIGEgcmVhZGVy';
const WRITER = 'a-token-that-may-register-webhooks';
const PASSWORD = 'correct horse battery';

let dataDir: string;
let tableToken = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-audit-'));
  await onAuthStore(dataDir, async (store) => {
    await new UserAdmin(store, 'os:root').add({ name: 'alice', scopes: ['read'], classes: undefined }, PASSWORD);
    tableToken = await new TokenAdmin(store, 'os:root').add({ name: 'robot', scopes: ['read'], classes: undefined });
  });
});
afterAll(() => rm(dataDir, { recursive: true }));

const auditLog = (): Promise<AuditRecord[]> => onAuthStore(dataDir, (store) => store.audit({ limit: 1000 }));

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  AUTH_MODE: 'token,basic',
  AUTH_TOKENS_FILE: tokensFile(dataDir, [
    { name: 'boss', token: TOKEN, scopes: ['admin'] },
    { name: 'reader', token: READER, scopes: ['read'] },
    { name: 'writer', token: WRITER, scopes: ['read', 'write'] },
  ]),
  ...more,
});

describe('the audit log', () => {
  it('tells of logins, failures, denials and administration, adds up what repeats, and has no secrets', async () => {
    const server = await startTestServer({ dataDir, env: env() });
    const { baseUrl } = server;
    for (let i = 0; i < 5; i++) await bearer(baseUrl, READER, 'GET', '/service');
    for (let i = 0; i < 3; i++) await bearer(baseUrl, READER, 'PUT', `/flows/${i}`, { json: {} });
    for (let i = 0; i < 4; i++) await bearer(baseUrl, 'a-wrong-token-of-somebody', 'GET', '/service');
    await bearer(baseUrl, `${tableToken.slice(0, -4)}0000`, 'GET', '/service');
    await call(baseUrl, 'GET', '/service');
    await basic(baseUrl, 'alice', PASSWORD);
    await basic(baseUrl, 'alice', 'a wrong password');
    await basic(baseUrl, 'secret-typed-as-a-name', 'a wrong password');
    await bearer(baseUrl, TOKEN, 'POST', '/service', { json: { name: 'x' }, headers: { 'x-request-id': 'request-7' } });
    await bearer(baseUrl, TOKEN, 'POST', '/service', { json: { name: 5 } });
    await bearer(baseUrl, TOKEN, 'GET', '/service/webhooks');
    await bearer(baseUrl, WRITER, 'GET', '/service/webhooks');
    const webhook = { url: 'https://receiver.example', events: ['flows/created'] };
    await bearer(baseUrl, WRITER, 'POST', '/service/webhooks', { json: webhook });
    await bearer(baseUrl, WRITER, 'POST', '/service/webhooks', { json: { ...webhook, url: 'nowhere' } });
    // Whatever was not written yet is written when the server stops.
    await server.close();

    const log = await auditLog();
    const found = (part: Partial<AuditRecord>) =>
      log.filter((record) => Object.entries(part).every(([key, value]) => record[key as keyof AuditRecord] === value));
    const address = '127.0.0.1';
    const countOf = (records: readonly AuditRecord[]) => records.reduce((sum, { count }) => sum + count, 0);
    // Another process may hear of it too late.
    const logins = found({ event: 'login', principal: 'reader', scheme: 'token', address });
    expect([logins.length > 0, logins.length <= WORKERS]).toEqual([true, true]);
    expect(found({ event: 'login', principal: 'alice', scheme: 'basic' })).toHaveLength(1);
    const denied = found({
      event: 'denied',
      principal: 'reader',
      action: 'PUT /flows/:flowId',
      detail: 'lacks write',
    });
    expect(countOf(denied)).toBe(3);
    const failures = found({ event: 'login_failed', address });
    const unknown = failures.filter(({ scheme, principal }) => scheme === 'token' && principal === undefined);
    expect(countOf(unknown)).toBe(4);
    expect(found({ event: 'login_failed', scheme: 'token', principal: 'robot' })).toHaveLength(1);
    expect(found({ event: 'login_failed', detail: 'no credentials' })).toHaveLength(1);
    expect(found({ event: 'login_failed', principal: 'alice', detail: 'the password is wrong' })).toHaveLength(1);
    expect(found({ event: 'login_failed', scheme: 'basic', detail: 'there is no such user' })).toHaveLength(1);
    const acts = found({ event: 'administration', principal: 'boss' });
    expect(acts).toMatchObject([{ action: 'POST /service', requestId: 'request-7', count: 1 }]);
    const registered = found({ event: 'administration', principal: 'writer' });
    expect(registered).toMatchObject([{ action: 'POST /service/webhooks', count: 1 }]);
    expect(
      found({ event: 'administration', principal: 'os:root' }).map(({ action, detail }) => `${action} ${detail}`),
    ).toEqual(expect.arrayContaining(['users add alice', 'tokens add robot']));

    const text = JSON.stringify(log);
    for (const secret of [TOKEN, READER, PASSWORD, tableToken, 'a-wrong-token', 'a wrong password', 'secret-typed']) {
      expect(text).not.toContain(secret);
    }
  });

  it('is written while the server runs, soon after', async () => {
    const server = await startTestServer({ dataDir, env: env() });
    try {
      await bearer(server.baseUrl, 'another-wrong-token', 'GET', '/flows', {
        headers: { 'x-request-id': 'request-8' },
      });
      const isThere = async () => (await auditLog()).some(({ requestId }) => requestId === 'request-8');
      await expect.poll(isThere, { interval: 200 }).toBe(true);
    } finally {
      await server.close();
    }
  });

  it('forgets what is older than its retention', async () => {
    const old = { event: 'login', principal: 'ancient', atMs: Date.now() - 3 * 86_400_000, count: 1 } as const;
    const young = { ...old, principal: 'recent', atMs: Date.now() - 86_400_000 };
    await onAuthStore(dataDir, (store) => store.appendAudit([...Array<typeof old>(2500).fill(old), young]));
    const server = await startTestServer({ dataDir, env: env({ AUDIT_RETENTION_DAYS: '2' }) });
    try {
      const names = async () => new Set((await auditLog()).map(({ principal }) => principal));
      await expect.poll(names, { interval: 200 }).not.toContain('ancient');
      expect(await names()).toContain('recent');
    } finally {
      await server.close();
    }
  });
});
