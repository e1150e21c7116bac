import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/settings.ts';
import { VERSIONS } from '../../fixtures/tams/facts.ts';
import { testId } from '../../support/examples.ts';
import { call } from '../../support/http-client.ts';
import { startTestServer } from '../../support/test-server.ts';
import { findings } from '../../support/verify-after.ts';
import { ValidAnswers } from './support/valid-answers.ts';

const STORE = new URL('../../fixtures/stores/before-8.2.sql', import.meta.url);

/** A data folder whose tables a server made that knew 7.0 alone. */
async function oldFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tams-old-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'tables'), { mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'tables/tables.sqlite'));
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(await readFile(STORE, 'utf8'));
  database.close();
  return folder;
}

it('a store from before 8.2 opens, and is valid in both versions, and its filters find what was free then', async () => {
  const dataDir = await oldFolder();
  const env = { TABLE_ENGINE: 'sqlite', SECRET_KEY: 'a secret of this fixture, of 32 bytes and more' };
  const server = await startTestServer({ dataDir, env, isDamaged: true });
  const answers = new ValidAnswers(server.baseUrl);
  for (const version of VERSIONS) {
    expect(await answers.readAll(version, ['one', 'two', 'free', 'a0'])).toBe(8);
  }
  const flow = async (version: string, n: number) =>
    (await call(server.baseUrl, 'GET', `/v${version}/flows/${testId('flow', n)}`)).json;
  // A video flow with no frame rate, and properties that 8.2 has a meaning for.
  expect(await flow('8.2', 2)).toMatchObject({ essence_parameters: { vfr: true } });
  expect(await flow('8.2', 2)).not.toHaveProperty('status');
  expect(await flow('7.0', 2)).not.toHaveProperty('essence_parameters.vfr');
  expect(await flow('8.2', 4)).toMatchObject({ status: 'closed_complete' });
  const found = await call(server.baseUrl, 'GET', '/v8.2/flows?status=closed_complete');
  expect(found.json).toMatchObject([{ id: testId('flow', 4) }]);
  const segments = `/flows/${testId('flow', 1)}/segments`;
  const { json } = await call(server.baseUrl, 'GET', `/v8.2${segments}?include_object_timerange=true`);
  expect(json).toMatchObject([{ object_id: 'one' }, { object_id: 'one' }, { object_id: 'free' }]);

  await server.close();
  // A free property of then names a profile now.
  expect(await findings(loadConfig({ DATA_DIR: dataDir, ...env }))).toMatchObject([{ check: 'flow-profiles' }]);
});
