import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from './support/api.ts';

let dataDir: string;
let server: TestServer;
let api: Api;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-webhooks-'));
  server = await startTestServer({ dataDir });
  api = new Api(server.baseUrl);
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

const register = (webhook: object) => api.send('POST', '/service/webhooks', webhook);
const list = () => api.get<Record<string, unknown>[]>('/service/webhooks');
const url = 'https://hook.example/tams';

describe('a webhook registration', () => {
  it('is kept with its filters and without its key, over a restart too', async () => {
    const id = '11111111-1111-4111-8111-111111111111';
    const shown = {
      url,
      api_key_name: 'Authorization',
      events: ['flows/created', 'flows/segments_added'],
      flow_ids: [id],
      source_ids: [id],
      flow_collected_by_ids: [id],
      source_collected_by_ids: [id],
      accept_get_urls: ['a'],
      accept_storage_ids: [id],
      presigned: true,
      verbose_storage: false,
    };
    const result = await register({ ...shown, api_key_value: 'very secret' });
    expect([result.status, result.json]).toEqual([201, shown]);
    expect(await list()).toEqual([shown]);
    await server.close();
    server = await startTestServer({ dataDir });
    api = new Api(server.baseUrl);
    expect(await list()).toEqual([shown]);
  });

  it('is listed still when the key of the server was changed', async () => {
    await register({ url, api_key_name: 'k', api_key_value: '1', events: ['flows/created'] });
    await server.close();
    server = await startTestServer({ dataDir, env: { SECRET_KEY: 'another secret than the one that was made' } });
    api = new Api(server.baseUrl);
    expect(await list()).toEqual([{ url, api_key_name: 'k', events: ['flows/created'] }]);
  });

  it('can be replaced and removed when the key of the server was changed, with a key and without', async () => {
    const [keyed, open] = [{ url, api_key_name: 'k', api_key_value: '1' }, { url }];
    for (const each of [keyed, open]) await register({ ...each, events: ['flows/created'] });
    await server.close();
    server = await startTestServer({ dataDir, env: { SECRET_KEY: 'another secret than the one that was made' } });
    api = new Api(server.baseUrl);
    for (const each of [keyed, open]) await register({ ...each, events: ['flows/deleted'] });
    expect((await list()).map(({ events }) => events)).toEqual([['flows/deleted'], ['flows/deleted']]);
    await server.close();
    server = await startTestServer({ dataDir, env: { SECRET_KEY: 'and yet another, the third of these secrets' } });
    api = new Api(server.baseUrl);
    await register({ ...keyed, events: [] });
    expect(await list()).toEqual([{ url, events: ['flows/deleted'] }]);
    await register({ ...open, events: [] });
    expect(await list()).toEqual([]);
  });

  it('has one spelling of its URL', async () => {
    const result = await register({ url: 'HTTPS://Hook.Example:443/tams', events: ['flows/created'] });
    expect(result.json).toEqual({ url, events: ['flows/created'] });
    await register({ url, events: ['flows/deleted'] });
    expect(await list()).toEqual([{ url, events: ['flows/deleted'] }]);
  });

  it('is refused with a filter that is not known, and taken as it was listed', async () => {
    const refused = await register({ url, events: ['flows/created'], flow_tags: ['x'] });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('body/flow_tags')]);
    const error = { type: 'webhook_failing', summary: 'x', time: new Date().toISOString() };
    const listed = await register({ url, events: ['flows/created'], status: 'error', error });
    expect([listed.status, listed.json]).toEqual([201, { url, events: ['flows/created'] }]);
  });

  it('does not lie on disk with its key in the clear', async () => {
    await register({ url, api_key_name: 'k', api_key_value: 'a key that nobody may read', events: ['flows/created'] });
    await server.close();
    for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name));
      expect(content.includes('a key that nobody may read'), entry.name).toBe(false);
    }
    server = await startTestServer({ dataDir });
  });

  it('is known by URL, key name and key: the same again changes it, another is one more, no events end it', async () => {
    const base = { url, api_key_name: 'k' };
    await register({ ...base, api_key_value: '1', events: ['flows/created'] });
    await register({ ...base, api_key_value: '2', events: ['flows/updated'] });
    await register({ ...base, api_key_value: '1', events: ['flows/deleted'] });
    await register({ url, events: ['sources/created'] });
    expect((await list()).map(({ events }) => events)).toEqual([
      ['flows/deleted'],
      ['flows/updated'],
      ['sources/created'],
    ]);
    expect((await register({ ...base, api_key_value: '1', events: [] })).status).toBe(204);
    expect((await list()).map(({ events }) => events)).toEqual([['flows/updated'], ['sources/created']]);
    expect((await register({ ...base, api_key_value: 'unknown', events: [] })).status).toBe(204);
    expect(await list()).toHaveLength(2);
  });

  it('is refused where it could not be delivered, or would add headers', async () => {
    for (const wrong of [
      { url: 'ftp://hook.example/', events: ['flows/created'] },
      { url: `${url}/${'x'.repeat(2048)}`, events: ['flows/created'] },
      { url: '/relative', events: ['flows/created'] },
      { url: 'https://user:secret@hook.example/', events: ['flows/created'] },
      { url, events: ['flows/exploded'] },
      { url, events: ['flows/created'], api_key_name: 'two words', api_key_value: 'x' },
      { url, events: ['flows/created'], api_key_name: 'k', api_key_value: 'x\r\nHost: elsewhere' },
      { url, events: ['flows/created'], api_key_value: 'without a name' },
      { url },
      { events: ['flows/created'] },
    ]) {
      expect((await register(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
    expect(await list()).toEqual([]);
  });
});
