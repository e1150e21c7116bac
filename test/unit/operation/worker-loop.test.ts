import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/operation/logger.ts';
import { workerFailure, WorkerLoop } from '../../../src/operation/worker-loop.ts';

const quiet = createLogger('silent');

describe('the status of a worker', () => {
  it('tells of failures in a row, until a round succeeds', async () => {
    let outcome: Error | undefined = new Error('no luck');
    const loop = new WorkerLoop(
      'a worker',
      () => (outcome === undefined ? Promise.resolve(60_000) : Promise.reject(outcome)),
      quiet,
    );
    expect(loop.status).toMatchObject({ name: 'a worker', running: false, failuresInRow: 0, lastSuccess: undefined });
    loop.start();
    await expect.poll(() => loop.status.failuresInRow).toBe(1);
    loop.wake();
    await expect.poll(() => loop.status).toMatchObject({ running: true, failuresInRow: 2, lastFailure: 'no luck' });
    outcome = undefined;
    const before = Date.now();
    loop.wake();
    await expect.poll(() => loop.status).toMatchObject({ failuresInRow: 0, lastFailure: undefined });
    expect(loop.status.lastSuccess).toBeGreaterThanOrEqual(before);
    await loop.stop();
    expect(loop.status.running).toBe(false);
  });

  it('tells since when a round has been under way', async () => {
    const round = Promise.withResolvers<number>();
    const loop = new WorkerLoop('a worker', () => round.promise, quiet);
    loop.start();
    await expect.poll(() => loop.status.busySince).toBeGreaterThan(0);
    round.resolve(60_000);
    await expect.poll(() => loop.status.busySince).toBeUndefined();
    await loop.stop();
  });
});

describe('a worker counts as failing', () => {
  it('while a round lasts longer than rounds of it may', async () => {
    const round = Promise.withResolvers<number>();
    const loop = new WorkerLoop('a worker', () => round.promise, quiet, 50);
    const patient = new WorkerLoop('a patient worker', () => round.promise, quiet);
    for (const each of [loop, patient]) each.start();
    expect(workerFailure(loop.status)).toBeUndefined();
    await expect.poll(() => workerFailure(loop.status)).toMatch(/^a worker: its round does not end, since 20.+Z$/);
    expect(workerFailure(patient.status)).toBeUndefined();
    round.resolve(60_000);
    await expect.poll(() => workerFailure(loop.status)).toBeUndefined();
    await Promise.all([loop.stop(), patient.stop()]);
  });

  it('after three rounds in a row that failed, and when it does not run', async () => {
    const loop = new WorkerLoop('a worker', () => Promise.reject(new Error('no luck')), quiet);
    expect(workerFailure(loop.status)).toBe('a worker: it does not run');
    loop.start();
    for (const failures of [1, 2, 3]) {
      await expect.poll(() => loop.status.failuresInRow).toBe(failures);
      expect(workerFailure(loop.status)).toBe(failures < 3 ? undefined : 'a worker: no luck');
      loop.wake();
    }
    await loop.stop();
  });
});
