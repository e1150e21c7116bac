import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { InferenceServer } from '../../support/search/inference-server.ts';
import { type Answer, SearchApi } from '../../support/search/search-api.ts';
import { dropTables } from '../../support/table-engine.ts';
import { startTestServer } from '../../support/test-server.ts';

const METRIC = 'tams_search_versions_without_vectors';

it('a server that starts with another embedding model makes the vectors of what is there anew, by itself', async () => {
  const inference = await InferenceServer.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'tams-model-change-'));
  onTestFinished(async () => {
    await inference.close();
    await dropTables(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const startWith = async (model: string): Promise<{ api: SearchApi; close: () => Promise<void> }> => {
    const env = {
      SEARCH_EMBEDDER: 'http',
      SEARCH_EMBEDDING_URL: inference.url,
      SEARCH_EMBEDDING_MODEL: model,
    };
    const server = await startTestServer({ dataDir, env });
    return { api: new SearchApi(server.baseUrl), close: () => server.close() };
  };
  const outdated = async ({ baseUrl }: SearchApi): Promise<string | undefined> => {
    const text = await (await fetch(`${baseUrl}/metrics`)).text();
    return new RegExp(`^${METRIC} (.*)$`, 'm').exec(text)?.[1];
  };

  const first = await startWith('model-one');
  for (const key of ['a', 'b']) {
    const { id } = await first.api.asset(key);
    expect(await first.api.say(id, [`a bittern in ${key}`])).toMatchObject({ status: 'indexed' });
  }
  expect(await outdated(first.api)).toBe('0');
  await first.close();

  const second = await startWith('model-two');
  await expect.poll(() => outdated(second.api), { interval: 500 }).toBe('0');
  const found: Answer = await second.api.search({ q: 'bittern', type: 'semantic' });
  expect([found.model, found.total]).toEqual(['model-two', 2]);
  expect((await second.api.get<unknown[]>('/search/assets?status=indexed')).length).toBe(2);
  await second.close();
});
