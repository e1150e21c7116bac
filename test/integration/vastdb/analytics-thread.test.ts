import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AnalysisError, type AnalysisErrorKind } from '../../../src/vastdb/analytics/analysis-error.ts';
import { AnalyticsThread, type AnalyticsThreadOptions } from '../../../src/vastdb/analytics/analytics-thread.ts';
import type { TableDefinition, TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
import { eq } from '../../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../../src/vastdb/table-error.ts';

const NUMBERS: TableDefinition = {
  name: 'numbers',
  columns: [
    { name: 'n', type: 'int64', required: true },
    { name: 'text', type: 'string' },
  ],
  sortKey: ['n'],
};
const ROWS = 100_000;
const SUMMARY = {
  kind: 'summary',
  values: { table: 'numbers', value: { column: 'n', type: 'int' } },
} as const;
const SLOW = {
  kind: 'movingAverage',
  series: { table: 'numbers', value: { column: 'n', type: 'int' }, time: 'n' },
  window: 1_000_000n,
  maxPoints: 10,
} as const;
const ALL_ROWS = { table: 'numbers', columns: [{ name: 'n', type: 'int64' }] } as const;
const ALL_TEXTS = { ...ALL_ROWS, columns: [...ALL_ROWS.columns, { name: 'text', type: 'string' } as const] };
/** Costs nothing. */
const COUNT = { ...SUMMARY, values: { ...SUMMARY.values, where: eq('n', 1n) } } as const;

let folder: string;
let engine: TableEngine;
const threads: AnalyticsThread[] = [];
const nobodyGoes = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-analytics-'));
  engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 8 });
  await engine.createTable(NUMBERS);
  const rows = Array.from({ length: ROWS }, (_, n) => [BigInt(n), `a text of the row ${n}`]);
  await engine.transaction((tx) => tx.insert('numbers', ['n', 'text'], rows), { lane: 'background' });
});
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.close()));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

function open(more: Partial<AnalyticsThreadOptions> = {}): AnalyticsThread {
  const thread = new AnalyticsThread({
    tables: { engine: 'sqlite', file: join(folder, 'tables.sqlite') },
    limits: { memoryMib: 128, threads: 1, directory: join(folder, 'analytics') },
    concurrency: 2,
    timeoutMs: 30_000,
    streamMs: 30_000,
    idleMs: 30_000,
    ...more,
  });
  threads.push(thread);
  return thread;
}

async function refusal(promise: Promise<unknown>): Promise<AnalysisErrorKind | undefined> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AnalysisError ? error.kind : undefined;
}

describe('the thread of the analytics', () => {
  it('computes while this thread goes on', async () => {
    const thread = open();
    await thread.run(SUMMARY, nobodyGoes);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const { rows, sum } = await thread.run(SUMMARY, nobodyGoes);
    delay.disable();
    expect({ rows, sum }).toEqual({ rows: ROWS, sum: (BigInt(ROWS) * BigInt(ROWS - 1)) / 2n });
    // What blocked here would be reading and counting 100,000 rows; a busy machine adds its own.
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
  });

  it('ends at its deadline, and serves the next one', async () => {
    const thread = open();
    expect(await refusal(thread.run(SLOW, nobodyGoes, 5))).toBe('deadline');
    expect((await thread.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('ends when whoever asked is gone, be it before it began', async () => {
    const thread = open({ concurrency: 1 });
    const gone = new AbortController();
    const running = thread.run(SLOW, gone.signal);
    await sleep(20);
    gone.abort();
    expect(await refusal(running)).toBe('cancelled');
    // Its place is free once the thread has left it.
    await expect
      .poll(() => thread.run(SUMMARY, nobodyGoes).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ rows: ROWS });
    expect(await refusal(thread.run(SUMMARY, AbortSignal.abort()))).toBe('cancelled');
  });

  it('refuses more at a time than it may', async () => {
    const thread = open({ concurrency: 1 });
    const first = thread.run(SUMMARY, nobodyGoes);
    expect(await refusal(thread.run(SUMMARY, nobodyGoes))).toBe('busy');
    expect(await refusal(thread.stream(ALL_ROWS, nobodyGoes).next())).toBe('busy');
    expect((await first).rows).toBe(ROWS);
    expect((await thread.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('frees the place of a stream that is left', async () => {
    const thread = open({ concurrency: 1 });
    for (let round = 0; round < 3; round++) {
      for await (const piece of thread.stream(ALL_ROWS, nobodyGoes)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
    expect((await thread.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('keeps the place of a stream until the thread has left it', async () => {
    const thread = open({ concurrency: 1 });
    const gone = new AbortController();
    const stream = thread.stream(ALL_ROWS, gone.signal);
    const first = stream.next();
    gone.abort();
    expect(await refusal(first)).toBe('cancelled');
    // The thread has not even started.
    expect(await refusal(thread.run(SUMMARY, nobodyGoes))).toBe('busy');
    await expect
      .poll(() => thread.run(SUMMARY, nobodyGoes).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ rows: ROWS });
  });

  it('ends a stream that is read too slowly, and not as if it had no more rows', async () => {
    const thread = open({ streamMs: 1000 });
    await thread.run(SUMMARY, nobodyGoes);
    const stream = thread.stream(ALL_ROWS, nobodyGoes);
    await stream.next();
    await sleep(1200);
    expect(await refusal(stream.next())).toBe('deadline');
  });

  it('leaves nothing of a file that is given up', async () => {
    const directory = join(folder, 'given-up');
    const thread = open({ concurrency: 1, limits: { memoryMib: 128, threads: 1, directory } });
    const files = async (): Promise<string[]> =>
      (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.parquet'));
    const exported = async (ms?: number): Promise<void> => {
      const { file } = await thread.run({ kind: 'parquet', rows: ALL_TEXTS }, nobodyGoes, ms);
      await rm(file);
    };
    await exported();
    const began = performance.now();
    await exported();
    const whole = performance.now() - began;
    // The last of the time is when it is written; some of them are given up then, and some when it is done.
    for (let part = 0.5; part < 1.1; part += 0.04) {
      const kind = await refusal(exported(part * whole));
      expect([undefined, 'deadline']).toContain(kind);
      await expect.poll(() => refusal(thread.run(COUNT, nobodyGoes)), { timeout: 10_000 }).toBeUndefined();
      await expect.poll(files, { timeout: 2000 }).toEqual([]);
    }
  });

  it('says when memory and disk do not do', async () => {
    const thread = open({ limits: { memoryMib: 1, threads: 1, directory: join(folder, 'small') } });
    expect(await refusal(thread.run({ kind: 'parquet', rows: ALL_TEXTS }, nobodyGoes))).toBe('too_large');
  });

  it('hands over what the tables refuse', async () => {
    const thread = open();
    const asked = { ...SUMMARY, values: { ...SUMMARY.values, table: 'no_such_table' } };
    await expect(thread.run(asked, nobodyGoes)).rejects.toBeInstanceOf(TableError);
  });

  it('ends when nobody asks any more, leaves no file, and starts again', async () => {
    const thread = open({ idleMs: 10, limits: { memoryMib: 128, threads: 1, directory: join(folder, 'idle') } });
    const { file } = await thread.run({ kind: 'parquet', rows: ALL_ROWS }, nobodyGoes);
    expect(file.startsWith(join(folder, 'idle'))).toBe(true);
    await expect.poll(() => readdir(join(folder, 'idle')), { timeout: 10_000 }).toEqual([]);
    expect((await thread.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('takes nothing after it was closed', async () => {
    const thread = open();
    await thread.run(SUMMARY, nobodyGoes);
    await thread.close();
    expect(await refusal(thread.run(SUMMARY, nobodyGoes))).toBe('cancelled');
  });
});
