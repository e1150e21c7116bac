import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IS_NEWER, startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from './support/api.ts';

let dataDir: string;
let servers: TestServer[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tams-service-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

async function start(): Promise<Api> {
  const server = await startTestServer({ dataDir });
  servers.push(server);
  return new Api(server.baseUrl);
}

async function stop(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

describe('the description of the service', () => {
  it('says what it is, and keeps what clients change of it over a restart', async () => {
    const api = await start();
    const initial = await api.get<Record<string, unknown>>('/service');
    expect(initial).toMatchObject({
      api_version: IS_NEWER ? '8.2' : '7.0',
      service_version: expect.stringMatching(/^0\.\d+\.0/) as string,
    });
    expect(initial).not.toHaveProperty('description');
    await api.must('POST', '/service', { name: 'Mine', description: 'of a test' });
    await api.must('POST', '/service', { description: 'changed alone' });
    const changed = { ...initial, name: 'Mine', description: 'changed alone' };
    expect(await api.get('/service')).toEqual(changed);
    const beside = await start();
    expect(await beside.get('/service')).toEqual(changed);
    await stop();
    expect(await (await start()).get('/service')).toEqual(changed);
  });

  it('changes in nothing that is the server’s to say', async () => {
    const api = await start();
    const initial = await api.get('/service');
    await api.send('POST', '/service', { type: 'mine', api_version: '9.9', service_version: 'x' });
    expect(await api.get('/service')).toEqual(initial);
  });

  it('names the storage backend, under the same id at every start', async () => {
    const backends = await (await start()).get<{ id: string }[]>('/service/storage-backends');
    expect(backends).toMatchObject([{ store_type: 'http_object_store', default_storage: true }]);
    await stop();
    expect(await (await start()).get('/service/storage-backends')).toEqual(backends);
  });
});
