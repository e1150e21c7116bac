import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../support/http-client.ts';
import { TEST_TABLE_ENGINE } from '../../support/table-engine.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/test-server.ts';
import { later } from './support/clock.ts';
import { Api, firstOf, second, typeOf } from './support/api.ts';

/**
 * Every variable that changes what clients see does so. Those that are missing here are held by tests of what they
 * are for: DELETE_SYNC_MAX and DELETE_REQUEST_EXPIRY_S in deletion, RECLAIM_GRACE_S and ALLOCATION_EXPIRY_S in
 * objects-and-reclaim, SEGMENTS_PER_REQUEST_MAX in segments, STORAGE_BACKENDS_FILE in storage and get-urls.
 */

let dataDir: string;
let servers: TestServer[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-configuration-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

async function start(
  env: Record<string, string> = {},
  directory = dataDir,
  options: TestServerOptions = {},
): Promise<Api> {
  const server = await startTestServer({ ...options, dataDir: directory, env });
  servers.push(server);
  return new Api(server.baseUrl);
}

describe('the variable', () => {
  it.runIf(TEST_TABLE_ENGINE === 'sqlite')('DATA_DIR says where everything lies', async () => {
    const api = await start();
    await api.upload(firstOf(await api.allocate(await api.newFlow())), 'content');
    expect(await readdir(dataDir)).toEqual(expect.arrayContaining(['media', 'tables']));
  });

  it('PUBLIC_URL is the base of every URL that leads back here', async () => {
    const api = await start({ AUTH_MODE: 'none', PUBLIC_URL: 'https://tams.example/prefix', DELETE_SYNC_MAX: '1' });
    const flowId = await api.newFlow();
    expect(firstOf(await api.allocate(flowId)).put_url.url).toMatch(/^https:\/\/tams\.example\/prefix\/media\//);
    await api.fill(flowId, 3);
    const page = await api.send('GET', `/flows/${flowId}/segments?limit=1&timerange=[0:0_`);
    expect(page.headers.get('link')).toMatch(/^<https:\/\/tams\.example\/prefix\/flows\/[^,;]+>; rel="next"$/);
    expect(page.text).toContain('"url":"https://tams.example/prefix/media/');
    const deletion = await api.send('DELETE', `/flows/${flowId}/segments`);
    expect(deletion.headers.get('location')).toMatch(/^https:\/\/tams\.example\/prefix\/flow-delete-requests\//);
  });

  it('TRUST_PROXY says whose forwarded headers count', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'proxy.example' };
    const linkOf = async (api: Api) => {
      await api.newFlow();
      await api.newFlow();
      return (await call(api.baseUrl, 'GET', '/flows?limit=1', { headers })).headers.get('link') ?? '';
    };
    const behindProxy = (TRUST_PROXY: string) => start({ AUTH_MODE: 'none', TRUST_PROXY });
    const plain = await start();
    expect(await linkOf(plain)).toContain(`<${plain.baseUrl}/flows`);
    expect(await linkOf(await behindProxy('true'))).toContain('<https://proxy.example/flows');
    expect(await linkOf(await behindProxy('127.0.0.1'))).toContain('<https://proxy.example/flows');
    const other = await behindProxy('10.0.0.1');
    expect(await linkOf(other)).toContain(`<${other.baseUrl}/flows`);
  });

  it('BODY_LIMIT_BYTES bounds bodies', async () => {
    const api = await start({ BODY_LIMIT_BYTES: '2000' });
    const flowId = await api.newFlow();
    expect((await api.send('PUT', `/flows/${flowId}/label`, 'x'.repeat(1900))).status).toBe(204);
    const refused = await api.send('PUT', `/flows/${flowId}/label`, 'x'.repeat(2100));
    expect([refused.status, typeOf(refused)]).toEqual([413, 'payload_too_large']);
  });

  it('MEDIA_OBJECT_MAX_BYTES bounds uploads, and not other bodies', async () => {
    const api = await start({ MEDIA_OBJECT_MAX_BYTES: '1000' });
    const flowId = await api.newFlow();
    const [fits, tooLarge] = await api.allocate(flowId, { limit: 2 });
    if (fits === undefined || tooLarge === undefined) throw new Error('nothing was allocated');
    expect(await api.upload(fits, 'x'.repeat(1000))).toBe(200);
    expect(await api.upload(tooLarge, 'x'.repeat(1001))).toBe(413);
    expect((await api.send('PUT', `/flows/${flowId}/label`, 'x'.repeat(1001))).status).toBe(204);
  });

  it('CORS_ORIGINS says which pages may read answers', async () => {
    const allowed = async (api: Api, origin: string) =>
      (await call(api.baseUrl, 'GET', '/service', { headers: { origin } })).headers.get('access-control-allow-origin');
    const unset = await start();
    for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:3000', 'http://127.1.2.3:80']) {
      expect(await allowed(unset, origin)).toBe(origin);
    }
    for (const origin of [
      'https://any.example',
      'http://localhost.any.example',
      'http://127.0.0.1.any.example',
      'null',
    ]) {
      expect(await allowed(unset, origin), origin).toBeNull();
    }
    expect(await allowed(await start({ AUTH_MODE: 'none' }), 'https://any.example')).toBeNull();
    expect(await allowed(await start({ AUTH_MODE: 'token' }), 'https://any.example')).toBe('*');
    expect(await allowed(await start({ CORS_ORIGINS: '*' }), 'https://any.example')).toBe('*');
    const api = await start({ CORS_ORIGINS: 'https://one.example,https://two.example' });
    expect(await allowed(api, 'https://two.example')).toBe('https://two.example');
    expect(await allowed(api, 'https://any.example')).toBeNull();
  });

  it('PAGE_LIMIT_DEFAULT and PAGE_LIMIT_MAX bound the pages of every listing', async () => {
    const api = await start({ PAGE_LIMIT_DEFAULT: '2', PAGE_LIMIT_MAX: '3' });
    const flows = [await api.newFlow(), await api.newFlow(), await api.newFlow(), await api.newFlow()];
    const flowId = firstOf(flows);
    const objectId = await api.fill(flowId, 4);
    for (const other of flows.slice(1)) {
      await api.must('POST', `/flows/${other}/segments`, { object_id: objectId, timerange: second(0) });
    }
    const lengthOf = (body: unknown): number =>
      Array.isArray(body) ? body.length : (body as { referenced_by_flows: string[] }).referenced_by_flows.length;
    for (const path of ['/flows', '/sources', `/flows/${flowId}/segments`, `/objects/${objectId}`]) {
      for (const [query, limit] of [
        ['', 2],
        ['?limit=1', 1],
        ['?limit=4', 3],
      ] as const) {
        const page = await api.send('GET', path + query);
        expect([lengthOf(page.json), page.headers.get('x-paging-limit')], path + query).toEqual([limit, String(limit)]);
        expect(page.headers.has('link')).toBe(true);
      }
    }
  });

  it('SECRET_KEY makes what one server signs good at another', async () => {
    const secret = { SECRET_KEY: 'a secret of forty characters, or of some more' };
    const elsewhere = await mkdtemp(join(tmpdir(), 'tams-configuration-'));
    try {
      const [one, same, other] = [
        await start(secret),
        await start(secret, elsewhere),
        await start({ SECRET_KEY: 'another secret of forty characters, or of more' }),
      ];
      const flowId = await one.newFlow();
      await one.newFlow();
      const { put_url: put } = firstOf(await one.allocate(flowId));
      const { pathname, search } = new URL(put.url);
      const status = async (api: Api) => {
        const backends = await api.get<{ id: string }[]>('/service/storage-backends');
        expect(pathname).toContain(firstOf(backends).id);
        const headers = { 'content-type': put['content-type'] ?? '' };
        return (await fetch(api.baseUrl + pathname + search, { method: 'PUT', body: 'x', headers })).status;
      };
      // The second one takes the signature, and has no such object.
      expect([await status(one), await status(same), await status(other)]).toEqual([200, 404, 403]);
      const key = (await one.send('GET', '/flows?limit=1')).headers.get('x-paging-nextkey') ?? '';
      expect((await same.send('GET', `/flows?page=${key}`)).status).toBe(200);
      expect((await other.send('GET', `/flows?page=${key}`)).status).toBe(400);
      await Promise.all(servers.splice(0).map((server) => server.close()));
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('PRESIGN_EXPIRES_S and PRESIGN_GRID_S say how long a URL is good, and how long it stays the same', async () => {
    const api = await start({ PRESIGN_EXPIRES_S: '30', PRESIGN_GRID_S: '1' }, dataDir, { inProcess: 'clock' });
    const flowId = await api.newFlow();
    const object = firstOf(await api.allocate(flowId));
    await api.upload(object, 'x');
    await api.must('POST', `/flows/${flowId}/segments`, { object_id: object.object_id, timerange: second(0) });
    const urlOf = async () => firstOf(firstOf(await api.segments(flowId)).get_urls ?? []).url;
    const url = await urlOf();
    expect((await fetch(url)).status).toBe(200);
    later(35);
    expect((await fetch(url)).status).toBe(403);
    expect(await urlOf()).not.toBe(url);
  });

  it.each(['0', '32'])('PAGE_CACHE_MIB=%s changes nothing about what is answered', async (mib) => {
    const api = await start({ PAGE_CACHE_MIB: mib });
    const flowId = await api.newFlow();
    await api.fill(flowId, 3);
    const first = await api.segments(flowId);
    expect(await api.segments(flowId)).toEqual(first);
    expect(first).toHaveLength(3);
  });
});
