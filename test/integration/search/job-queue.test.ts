import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedJob } from '../../../src/features/search/rules/job.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { JobWorker } from '../../../src/features/search/search-workers.ts';
import { QueueControl } from '../../../src/features/search/repositories/queue-control.ts';
import { workUnderKills } from '../../support/search/queue-killing.ts';
import { describeOnEngines, openSearchWorld, type SearchWorld } from '../../support/search/search-world.ts';
import { selectOne } from '../../support/vastdb/rows.ts';

const QUICK = { leaseMs: 60_000, pollMs: 10 };
const OPTIONS = { concurrency: 4, timeoutMs: 30_000 };
const FAILURE = { code: 'broken', message: 'it broke', retryable: true };
const FINAL = { ...FAILURE, retryable: false };

describeOnEngines('the queue of jobs', (open) => {
  let world: SearchWorld;
  beforeEach(async () => {
    world = await open();
  });
  afterEach(() => world.dispose());

  /** The next job, held by a consumer of its own that never ends it. */
  async function hold(queue: ReturnType<SearchWorld['queue']>): Promise<ClaimedJob> {
    const taken = Promise.withResolvers<ClaimedJob>();
    const held = Promise.withResolvers<undefined>();
    const consumer = queue.consume(
      async (job) => {
        taken.resolve(job);
        await held.promise;
      },
      { ...OPTIONS, concurrency: 1 },
    );
    const job = await taken.promise;
    const stopped = consumer.stop();
    ends.push(async () => {
      held.resolve(undefined);
      await stopped;
    });
    return job;
  }
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });

  it('has one job for a key, and does each once, side by side', async () => {
    const queue = world.queue(QUICK);
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const inputs = [...keys, ...keys].map((idempotencyKey) => ({ idempotencyKey, assetId: 'a', data: '{"x":1}' }));
    const jobs = await Promise.all(inputs.map((input) => queue.enqueue(input)));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(20);
    expect(await queue.stats()).toEqual({ waiting: 20, active: 0, completed: 0, failed: 0, dead: 0 });
    const done: string[] = [];
    // The first one waits for another: this ends only where several are worked on at once.
    let begun = 0;
    const several = Promise.withResolvers<undefined>();
    const handler = async (job: ClaimedJob): Promise<void> => {
      if (++begun > 1) several.resolve(undefined);
      await several.promise;
      done.push(job.idempotencyKey);
      expect(job).toMatchObject({ data: '{"x":1}', attempt: 1, status: 'active' });
    };
    const consumers = [queue.consume(handler, OPTIONS), world.queue(QUICK).consume(handler, OPTIONS)];
    await expect.poll(() => queue.stats()).toMatchObject({ completed: 20, waiting: 0, active: 0 });
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    expect(done.sort()).toEqual(keys.sort());
    expect((await queue.enqueue({ idempotencyKey: 'key-0', assetId: 'a' })).status).toBe('completed');
  });

  it('lets a job wait for its time', async () => {
    const queue = world.queue(QUICK);
    const job = await queue.enqueue({ idempotencyKey: 'later', assetId: 'a' }, 400);
    expect(job.scheduledMs - job.enqueuedMs).toBe(400);
    const begun = Promise.withResolvers<number>();
    queue.consume(async () => begun.resolve(Date.now()), OPTIONS);
    expect(await begun.promise).toBeGreaterThanOrEqual(job.scheduledMs);
  });

  it('tries a job that failed again, later, and in the end moves it to the dead letters', async () => {
    const queue = world.queue(QUICK);
    await queue.enqueue({ idempotencyKey: 'k', assetId: 'asset', versionId: 'v', enginePolicy: 'fast' });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const job = await hold(queue);
      expect(job).toMatchObject({ attempt, assetId: 'asset', versionId: 'v', enginePolicy: 'fast' });
      const before = Date.now();
      expect(await queue.nack(job, FAILURE)).toBe(true);
      const after = Date.now();
      expect(await queue.nack(job, FAILURE)).toBe(false);
      const row = await selectOne(world.manager, { table: 'search_jobs' });
      if (attempt < 5) {
        const scheduled = Number(row?.['scheduled_ms']);
        expect(scheduled).toBeGreaterThanOrEqual(before + 750 * 2 ** (attempt - 1));
        expect(scheduled).toBeLessThanOrEqual(after + 1250 * 2 ** (attempt - 1));
        expect(await queue.stats()).toMatchObject({ waiting: 1, failed: 1, dead: 0 });
        await world.manager.transaction(async (tx) => {
          const { rowIds } = await tx.select({ table: 'search_jobs', columns: [], rowIds: true });
          await tx.updateByRowIds('search_jobs', rowIds, ['due_ms'], [[0n]]);
        });
      }
    }
    expect(await queue.stats()).toEqual({ waiting: 0, active: 0, completed: 0, failed: 0, dead: 1 });
    const [letter] = (await world.database.pageOfDeadLetters({ limit: 10 })).items;
    expect(letter).toMatchObject({ errorCode: 'broken', message: 'it broke', retryable: true, attempt: 5 });
    expect(JSON.parse(letter?.jobData ?? '')).toMatchObject({ idempotencyKey: 'k', enginePolicy: 'fast' });
  });

  it('gives up at once what another attempt cannot help', async () => {
    const queue = world.queue(QUICK);
    await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    queue.consume(async () => Promise.reject(new AppError('invalid_request', 'no transcript')), OPTIONS);
    await expect.poll(() => queue.stats()).toMatchObject({ dead: 1 });
    const [letter] = (await world.database.pageOfDeadLetters({ limit: 10 })).items;
    expect(letter).toMatchObject({ errorCode: 'invalid_request', retryable: false, attempt: 1 });
  });

  it('changes nothing for who lost the lease', async () => {
    const short = world.queue({ leaseMs: 1, pollMs: 10 });
    await short.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    // Held without being renewed, as by a process that was stopped.
    const lost = await short.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    const first = { ...lost, leaseToken: 'gone', leaseExpiresMs: 0 };
    expect(await short.ack(first)).toBe(false);
    expect(await short.nack(first, FAILURE)).toBe(false);
    expect(await short.nack(first, FINAL)).toBe(false);
    expect((await world.database.pageOfDeadLetters({ limit: 10 })).items).toEqual([]);
    const queue = world.queue(QUICK);
    const held = await hold(queue);
    expect(await queue.nack(held, FINAL)).toBe(true);
    expect(await queue.ack(held)).toBe(false);
    expect(await queue.stats()).toMatchObject({ dead: 1, completed: 0 });
    expect((await world.database.pageOfDeadLetters({ limit: 10 })).items).toHaveLength(1);
  });

  it('keeps the lease of a job that takes long, and ends one that takes too long', async () => {
    // Renewed every third of it, which on a loaded machine takes its time.
    const queue = world.queue({ leaseMs: 1_200, pollMs: 10 });
    await queue.enqueue({ idempotencyKey: 'long', assetId: 'a' });
    let begun = 0;
    const handler = async (): Promise<void> => {
      begun += 1;
      await pause(2_000);
    };
    const consumers = [queue.consume(handler, OPTIONS), queue.consume(handler, OPTIONS)];
    await expect.poll(() => queue.stats()).toMatchObject({ completed: 1 });
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    expect(begun).toBe(1);

    await queue.enqueue({ idempotencyKey: 'endless', assetId: 'a' });
    const aborted = Promise.withResolvers<unknown>();
    queue.consume(
      (_, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        }),
      { concurrency: 1, timeoutMs: 100 },
    );
    expect(String(await aborted.promise)).toContain('longer than 100 ms');
    await expect.poll(() => queue.stats()).toMatchObject({ failed: 1, active: 0 });
  });

  it('can be paused, for every process, and goes on when it is resumed', async () => {
    const queue = world.queue(QUICK);
    const control = new QueueControl(world.manager);
    expect(await control.isPaused()).toBe(false);
    await control.pause();
    expect(await control.isPaused()).toBe(true);
    await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    let done = 0;
    queue.consume(async () => void (done += 1), OPTIONS);
    await pause(150);
    expect(done).toBe(0);
    await control.resume();
    await expect.poll(() => done).toBe(1);
  });

  it('takes a job back from the dead letters, and forgets what was completed long ago', async () => {
    const queue = world.queue(QUICK);
    const control = new QueueControl(world.manager);
    const { id } = await queue.enqueue({ idempotencyKey: 'k', assetId: 'a', data: '{"x":1}' });
    await queue.nack(await hold(queue), FINAL);
    const [letter] = (await world.database.pageOfDeadLetters({ limit: 10 })).items;
    const back = await control.requeue(letter?.id ?? '');
    expect(back).toMatchObject({ id, attempt: 0, status: 'waiting', data: '{"x":1}' });
    expect((await world.database.pageOfDeadLetters({ limit: 10 })).items).toEqual([]);
    await expect(control.requeue(letter?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    queue.consume(async () => undefined, OPTIONS);
    await expect.poll(() => queue.stats()).toMatchObject({ completed: 1, dead: 0 });
    expect(await control.purgeCompleted(Date.now() - 60_000)).toBe(0);
    expect(await control.purgeCompleted(Date.now() + 60_000)).toBe(1);
    expect(await queue.stats()).toMatchObject({ completed: 0 });
    expect((await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' })).id).not.toBe(id);
  });

  it('forgets what was given up long ago, unless somebody has to decide about it', async () => {
    const { database } = world;
    const queue = world.queue(QUICK);
    const control = new QueueControl(world.manager);
    const assets = await Promise.all(['a', 'b'].map((key) => database.upsertAsset({ bucket: 'b', key })));
    for (const { id } of assets) {
      await queue.enqueue({ idempotencyKey: id, assetId: id });
      await queue.nack(await hold(queue), FINAL);
    }
    const [open, settled] = assets.map(({ id }) => id);
    await database.updateAssetStatus(settled ?? '', { triageState: 'skipped' });
    expect(await control.purgeDeadLetters(Date.now() - 60_000)).toBe(0);
    expect(await control.purgeDeadLetters(Date.now() + 60_000)).toBe(1);
    expect((await database.pageOfDeadLetters({ limit: 10 })).items.map(({ assetId }) => assetId)).toEqual([open]);
    expect(await queue.stats()).toMatchObject({ dead: 1 });
    expect(await control.requeueAsset(open ?? '')).toBe(1);
  });

  it('shows clients nothing of errors that are none of ours', async () => {
    const queue = world.queue(QUICK);
    await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    queue.consume(() => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:9000 user:secret@db')), OPTIONS);
    await expect.poll(() => queue.stats()).toMatchObject({ failed: 1 });
    const job = await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    expect(job.lastError).toBe('It failed for a reason that the log of the server tells.');
  });

  it('waits for running jobs when a consumer is stopped', async () => {
    const queue = world.queue(QUICK);
    await queue.enqueue({ idempotencyKey: 'k', assetId: 'a' });
    const begun = Promise.withResolvers<undefined>();
    const consumer = queue.consume(async () => {
      begun.resolve(undefined);
      await pause(100);
    }, OPTIONS);
    await begun.promise;
    await consumer.stop();
    expect(await queue.stats()).toMatchObject({ completed: 1 });
  });
});

describe('a worker whose queue cannot be used', () => {
  it('says so, and why', async () => {
    const world = await openSearchWorld();
    const worker = new JobWorker(world.queue(QUICK), async () => undefined, OPTIONS, pino({ level: 'silent' }));
    worker.start();
    try {
      expect(worker.status).toMatchObject({ running: true, failuresInRow: 0, lastFailure: undefined });
      await world.manager.close();
      await expect.poll(() => worker.status.failuresInRow).toBeGreaterThan(2);
      expect(worker.status.lastFailure).toEqual(expect.any(String));
    } finally {
      await worker.stop();
      await world.dispose();
    }
  });
});

describe('workers that are killed', () => {
  it('lose no job, and no two hold one at a time', async () => {
    const report = await workUnderKills(1_500, 3, 600);
    const { completed, dead, ...unfinished } = report.stats;
    expect(unfinished).toEqual({ waiting: 0, active: 0, failed: 0 });
    // A job whose worker was killed each of five times is given up, as it may be what kills them.
    expect(completed + dead).toBe(1_500);
    expect(completed).toBeGreaterThan(1_400);
    expect(report.deadLetters).toBe(dead);
    expect(report.heldTwice).toBe(0);
    // Else nobody was killed while it worked.
    expect(report.repeated).toBeGreaterThan(0);
  });
});
