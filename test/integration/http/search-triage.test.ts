import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { JobQueue } from '../../../src/features/search/repositories/job-queue.ts';
import { searchTables } from '../../../src/features/search/search-tables.ts';
import type { VastDBManager } from '../../../src/vastdb/vast-db-manager.ts';
import { type AssetBody, cuesOf, SearchApi, type VersionBody } from '../../support/search/search-api.ts';
import { openTestTables } from '../../support/table-engine.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { until } from '../behaviour/support/api.ts';

interface DeadLetter {
  readonly id: string;
  readonly asset_id: string;
  readonly error_code: string;
  readonly message: string;
}

interface Queue {
  readonly paused: boolean;
  readonly waiting: number;
  readonly dead: number;
}

let server: TestServer;
let api: SearchApi;
let tables: VastDBManager;
let queue: JobQueue;
beforeAll(async () => {
  // The jobs here are done by the test, as by one more process of the same installation.
  server = await startTestServer({ env: { SEARCH_WORKERS: '0' } });
  api = new SearchApi(server.baseUrl);
  tables = await openTestTables(server.dataDir, searchTables(384));
  queue = new JobQueue(tables, pino({ level: 'silent' }), { leaseMs: 60_000, pollMs: 10 });
});
afterAll(async () => {
  await tables.close();
  await server.close();
});

/** Assets whose jobs fail for good. */
async function spoilt(...keys: string[]): Promise<AssetBody[]> {
  const assets: AssetBody[] = [];
  // One after the other: their order is told by when they were made.
  for (const key of keys) assets.push(await api.asset(key));
  for (const { id } of assets) await queue.enqueue({ idempotencyKey: `job of ${id}`, assetId: id });
  const failing = queue.consume(
    async () => {
      throw new AppError('invalid_request', 'this medium cannot be read');
    },
    { concurrency: 2, timeoutMs: 60_000 },
  );
  await until(async () => ((await queue.stats()).waiting === 0 ? true : undefined));
  await failing.stop();
  return assets;
}

const lettersOf = async (assetId: string): Promise<DeadLetter[]> =>
  (await api.all<DeadLetter>('/search/dead-letters')).filter(({ asset_id }) => asset_id === assetId);

describe('an asset whose jobs fail for good', () => {
  it('is quarantined, and indexed once somebody has it tried again', async () => {
    const [asset] = (await spoilt('q1', 'q2', 'q3')) as [AssetBody];
    const listed = await api.all<AssetBody>('/search/quarantine?limit=1');
    expect(listed.map(({ key }) => key)).toEqual(['q1', 'q2', 'q3']);
    expect(listed[0]).toMatchObject({ triage_state: 'quarantined', last_error: 'this medium cannot be read' });
    expect(await lettersOf(asset.id)).toMatchObject([
      { error_code: 'invalid_request', message: 'this medium cannot be read' },
    ]);

    const retried = await api.must('POST', `/search/quarantine/${asset.id}/retry`);
    expect(retried).toMatchObject({ id: asset.id, status: 'pending', triage_state: 'retrying' });
    expect(await lettersOf(asset.id)).toEqual([]);
    expect((await api.send('POST', `/search/quarantine/${asset.id}/retry`)).status).toBe(404);
    const done: string[] = [];
    const working = queue.consume(async (job) => void done.push(job.assetId), { concurrency: 1, timeoutMs: 60_000 });
    await until(async () => (done.length > 0 ? true : undefined));
    await working.stop();
    expect(done).toEqual([asset.id]);
    // The job has published nothing, and there is nothing left to decide.
    expect(await api.get(`/search/assets/${asset.id}`)).toMatchObject({ status: 'pending', triage_state: 'none' });
    await api.say(asset.id, ['it was said after all']);
    expect(await api.get(`/search/assets/${asset.id}`)).toMatchObject({ status: 'indexed', triage_state: 'none' });
    expect((await api.all<AssetBody>('/search/quarantine')).map(({ key }) => key)).toEqual(['q2', 'q3']);
  });

  it('is left without a transcript where somebody says so', async () => {
    const [asset] = (await spoilt('skipped')) as [AssetBody];
    const skipped = await api.must('POST', `/search/quarantine/${asset.id}/skip`);
    expect(skipped).toMatchObject({ status: 'skipped', triage_state: 'skipped' });
    expect((await api.all<AssetBody>('/search/quarantine')).map(({ key }) => key)).not.toContain('skipped');
    expect((await api.send('POST', `/search/quarantine/${asset.id}/skip`)).status).toBe(404);
  });

  it('has nothing to be done about it any more once somebody publishes a version', async () => {
    const [asset] = (await spoilt('published')) as [AssetBody];
    const before = {
      triage_state: 'quarantined',
      recommended_action: 'retry',
      last_error: 'this medium cannot be read',
    };
    expect(await api.get(`/search/assets/${asset.id}`)).toMatchObject(before);
    const { id } = await api.must<VersionBody>('POST', `/search/assets/${asset.id}/versions`, { etag: 'by hand' });
    await api.must('PUT', `/search/versions/${id}/transcript`, { segments: cuesOf(['it was typed by hand']) });
    const published = await api.must<object>('POST', `/search/versions/${id}/publish`);
    expect(published).toMatchObject({ status: 'index_partial', triage_state: 'none' });
    expect(published).not.toHaveProperty('recommended_action');
    expect(published).not.toHaveProperty('last_error');
  });

  it('that is not in quarantine is not there', async () => {
    const { id } = await api.asset('sound');
    for (const act of ['retry', 'skip']) {
      expect((await api.send('POST', `/search/quarantine/${id}/${act}`)).status, act).toBe(404);
    }
    expect(await api.get(`/search/assets/${id}`)).toMatchObject({ triage_state: 'none' });
  });
});

describe('dead letters', () => {
  it('come with the newest first, and their jobs can be tried again', async () => {
    const assets = await spoilt('d1', 'd2');
    const letters = await api.all<DeadLetter>('/search/dead-letters?limit=1');
    const newest = letters.slice(0, 2).map(({ asset_id }) => asset_id);
    expect(newest.toSorted()).toEqual(assets.map(({ id }) => id).toSorted());
    const [letter] = letters as [DeadLetter];
    const job = await api.must('POST', `/search/dead-letters/${letter.id}/requeue`);
    expect(job).toMatchObject({ asset_id: letter.asset_id, status: 'waiting' });
    expect(await lettersOf(letter.asset_id)).toEqual([]);
    expect((await api.send('POST', `/search/dead-letters/${letter.id}/requeue`)).status).toBe(404);
    const asset = await api.get<AssetBody>(`/search/assets/${letter.asset_id}`);
    expect(asset).toMatchObject({ status: 'pending', triage_state: 'retrying', attempt: 0 });
    expect((await api.all<AssetBody>('/search/quarantine')).map(({ id }) => id)).not.toContain(asset.id);
  });

  it('of an asset that shows something leave it shown, and as it is, when their jobs are done', async () => {
    const shown = await api.asset('shown');
    await api.say(shown.id, ['it was said before']);
    await spoilt('shown');
    expect(await api.get(`/search/assets/${shown.id}`)).toMatchObject({
      status: 'failed',
      triage_state: 'quarantined',
    });
    await api.must('POST', `/search/quarantine/${shown.id}/skip`);
    const [letter] = (await lettersOf(shown.id)) as [DeadLetter];
    await api.must('POST', `/search/dead-letters/${letter.id}/requeue`);
    expect(await api.get(`/search/assets/${shown.id}`)).toMatchObject({ triage_state: 'retrying' });
    const working = queue.consume(async () => undefined, { concurrency: 1, timeoutMs: 60_000 });
    const settled = await until(async () => {
      const asset = await api.get<AssetBody>(`/search/assets/${shown.id}`);
      return asset.triage_state === 'retrying' ? undefined : asset;
    });
    await working.stop();
    expect(settled).toMatchObject({ status: 'indexed', triage_state: 'none' });
  });

  it('of what was indexed before its last worker died leave nothing to decide', async () => {
    const { id } = await api.asset('indexed');
    const version = await api.say(id, ['it was said after all']);
    await queue.enqueue({ idempotencyKey: `job of ${id}`, assetId: id, versionId: version.id });
    const failing = queue.consume(
      async () => {
        throw new AppError('invalid_request', 'its end could not be noted');
      },
      { concurrency: 1, timeoutMs: 60_000 },
    );
    await until(async () => ((await lettersOf(id)).length > 0 ? true : undefined));
    await failing.stop();
    expect(await api.get(`/search/assets/${id}`)).toMatchObject({ status: 'indexed', triage_state: 'none' });
    expect(await api.get(`/search/versions/${version.id}`)).toMatchObject({ status: 'indexed' });
  });

  it('can be thrown away; the job stays undone, until the asset is tried again', async () => {
    const [asset] = (await spoilt('thrown')) as [AssetBody];
    const [letter] = (await lettersOf(asset.id)) as [DeadLetter];
    expect((await api.send('DELETE', `/search/dead-letters/${letter.id}`)).status).toBe(204);
    expect((await api.send('DELETE', `/search/dead-letters/${letter.id}`)).status).toBe(404);
    expect(await lettersOf(asset.id)).toEqual([]);
    const { waiting } = await api.get<Queue>('/search/queue');
    await api.must('POST', `/search/quarantine/${asset.id}/retry`);
    expect((await api.get<Queue>('/search/queue')).waiting).toBe(waiting + 1);
  });
});

describe('the queue', () => {
  it('is paused and resumed for all processes', async () => {
    expect(await api.get('/search/queue')).toMatchObject({ paused: false });
    expect(await api.must('POST', '/search/queue/pause')).toMatchObject({ paused: true });
    const { id } = await api.asset('waits');
    await queue.enqueue({ idempotencyKey: 'waits', assetId: id });
    const before = await api.get<Queue>('/search/queue');
    const done: string[] = [];
    const consumer = queue.consume(async (job) => void done.push(job.idempotencyKey), {
      concurrency: 1,
      timeoutMs: 60_000,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([done, before.waiting > 0]).toEqual([[], true]);
    expect(await api.must('POST', '/search/queue/resume')).toMatchObject({ paused: false });
    await until(async () => (done.includes('waits') ? true : undefined));
    await consumer.stop();
    expect((await api.get<Queue>('/search/queue')).waiting).toBe(0);
  });
});
