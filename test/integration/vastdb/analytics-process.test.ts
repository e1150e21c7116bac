import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AnalysisError, type AnalysisErrorKind } from '../../../src/vastdb/analytics/analysis-error.ts';
import {
  AnalyticsProcess,
  type AnalyticsProcessOptions,
  type MadeFile,
} from '../../../src/vastdb/analytics/analytics-process.ts';
import type { TableDefinition, TableEngine } from '../../../src/vastdb/engine.ts';
import { openSqliteEngine } from '../../../src/vastdb/engines/sqlite/sqlite-engine.ts';
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

let folder: string;
let engine: TableEngine;
const opened: AnalyticsProcess[] = [];
const nobodyGoes = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tams-analytics-'));
  engine = await openSqliteEngine({ directory: folder, synchronous: 'normal', cacheMib: 8 });
  await engine.createTable(NUMBERS);
  const rows = Array.from({ length: ROWS }, (_, n) => [BigInt(n), `a text of the row ${n}`]);
  await engine.transaction((tx) => tx.insert('numbers', ['n', 'text'], rows), { lane: 'background' });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((compute) => compute.close()));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

function open(more: Partial<AnalyticsProcessOptions> = {}): AnalyticsProcess {
  const compute = new AnalyticsProcess({
    tables: { engine: 'sqlite', file: join(folder, 'tables.sqlite') },
    limits: { memoryMib: 128, threads: 1, directory: join(folder, 'analytics'), reserveBytes: 0 },
    concurrency: 2,
    timeoutMs: 30_000,
    streamMs: 30_000,
    idleMs: 30_000,
    ...more,
  });
  opened.push(compute);
  return compute;
}

async function refusal(promise: Promise<unknown>): Promise<AnalysisErrorKind | undefined> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AnalysisError ? error.kind : undefined;
}

async function bytesOf({ pieces }: MadeFile): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces));
}

/** The processes that this one starts during a test. */
function watchChildren(): ChildProcess[] {
  const children: ChildProcess[] = [];
  const onStart = (message: unknown): void => void children.push((message as { process: ChildProcess }).process);
  subscribe('child_process', onStart);
  onTestFinished(() => void unsubscribe('child_process', onStart));
  return children;
}

describe('the process of the analytics', () => {
  it('computes while this one goes on', async () => {
    const compute = open();
    await compute.run(SUMMARY, nobodyGoes);
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    turn();
    const { rows, sum } = await compute.run(SUMMARY, nobodyGoes).finally(() => (isDone = true));
    expect({ rows, sum }).toEqual({ rows: ROWS, sum: (BigInt(ROWS) * BigInt(ROWS - 1)) / 2n });
    // Counted and not timed: a busy machine adds its own. Reading and counting 100,000 rows here would be a few turns.
    expect(turns).toBeGreaterThan(100);
  });

  it('ends at its deadline, and serves the next one', async () => {
    const compute = open();
    expect(await refusal(compute.run(SLOW, nobodyGoes, 5))).toBe('deadline');
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('ends when whoever asked is gone, be it before it began', async () => {
    const compute = open({ concurrency: 1 });
    const gone = new AbortController();
    const running = compute.run(SLOW, gone.signal);
    await sleep(20);
    gone.abort();
    expect(await refusal(running)).toBe('cancelled');
    // Its place is free once the thread has left it.
    await expect.poll(() => compute.run(SUMMARY, nobodyGoes).catch(() => undefined)).toMatchObject({ rows: ROWS });
    expect(await refusal(compute.run(SUMMARY, AbortSignal.abort()))).toBe('cancelled');
  });

  it('lets some wait in turn, and refuses more', async () => {
    const compute = open({ concurrency: 1 });
    const turns: number[] = [];
    const asked = Array.from({ length: 9 }, async (_, turn) => {
      await compute.run(SUMMARY, nobodyGoes);
      turns.push(turn);
    });
    expect(await refusal(compute.run(SUMMARY, nobodyGoes))).toBe('busy');
    await Promise.all(asked);
    expect(turns).toEqual(Array.from(asked, (_, turn) => turn));
    const first = compute.run(SLOW, nobodyGoes);
    expect(await refusal(compute.run(SUMMARY, nobodyGoes, 5))).toBe('busy');
    await first;
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('does not count those that gave up as waiting', async () => {
    const compute = open({ concurrency: 1 });
    const first = compute.run(SLOW, nobodyGoes);
    const gone = new AbortController();
    const given = Array.from({ length: 8 }, () => refusal(compute.run(SUMMARY, gone.signal)));
    gone.abort();
    expect(await Promise.all(given)).toEqual(Array.from(given, () => 'cancelled'));
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
    await first;
  });

  it('computes while exports are read slowly', async () => {
    const compute = open({ concurrency: 1 });
    const stream = compute.stream(ALL_ROWS, nobodyGoes);
    await stream.next();
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
    const gone = new AbortController();
    const waiting = compute.file(ALL_ROWS, gone.signal);
    gone.abort();
    expect(await refusal(waiting)).toBe('cancelled');
    await stream.return(undefined);
    const { pieces } = await compute.file(ALL_ROWS, nobodyGoes);
    await pieces.next();
    const next = compute.file(ALL_ROWS, nobodyGoes);
    expect(await Promise.race([next, sleep(200)])).toBeUndefined();
    await pieces.return(undefined);
    expect((await bytesOf(await next)).toString('latin1', 0, 4)).toBe('PAR1');
  });

  it('frees the place of a stream that is left', async () => {
    const compute = open({ concurrency: 1 });
    for (let round = 0; round < 3; round++) {
      for await (const piece of compute.stream(ALL_ROWS, nobodyGoes)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('gives back the place of a stream that was given up before it began', async () => {
    const compute = open({ concurrency: 1 });
    const gone = new AbortController();
    const first = compute.stream(ALL_ROWS, gone.signal).next();
    gone.abort();
    expect(await refusal(first)).toBe('cancelled');
    expect((await compute.stream(ALL_ROWS, nobodyGoes).next()).done).toBe(false);
  });

  it('ends an export that is read too slowly, and not as if it had no more rows', async () => {
    const compute = open({ streamMs: 1000 });
    await compute.run(SUMMARY, nobodyGoes);
    const stream = compute.stream(ALL_ROWS, nobodyGoes);
    // On a busy machine the first piece may be too late already.
    const early = await refusal(stream.next());
    const { pieces } = await compute.file(ALL_TEXTS, nobodyGoes);
    const earlyPiece = await refusal(pieces.next());
    await sleep(1200);
    expect(early ?? (await refusal(stream.next()))).toBe('deadline');
    expect(earlyPiece ?? (await refusal(pieces.next()))).toBe('deadline');
  });

  it('leaves nothing of a file that is given up', async () => {
    const directory = join(folder, 'given-up');
    const limits = { memoryMib: 128, threads: 1, directory, reserveBytes: 0 };
    const compute = open({ concurrency: 1, limits });
    const files = async (): Promise<string[]> =>
      (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.parquet'));
    const exported = async (ms?: number): Promise<void> => {
      const gone = new AbortController();
      const timer = ms === undefined ? undefined : setTimeout(() => gone.abort(), ms);
      try {
        await bytesOf(await compute.file(ALL_TEXTS, gone.signal));
      } finally {
        clearTimeout(timer);
      }
    };
    await exported();
    const began = performance.now();
    await exported();
    const whole = performance.now() - began;
    // The last of the time is when it is written; some of them are given up then, and some when it is done.
    for (let part = 0.5; part < 1.1; part += 0.1) {
      const kind = await refusal(exported(part * whole));
      expect([undefined, 'cancelled']).toContain(kind);
      await expect.poll(files).toEqual([]);
    }
  });

  it('says when memory and disk do not do', async () => {
    const compute = open({ limits: { memoryMib: 1, threads: 1, directory: join(folder, 'small'), reserveBytes: 0 } });
    expect(await refusal(compute.file(ALL_TEXTS, nobodyGoes))).toBe('too_large');
  });

  it('hands over what the tables refuse', async () => {
    const compute = open();
    const asked = { ...SUMMARY, values: { ...SUMMARY.values, table: 'no_such_table' } };
    await expect(compute.run(asked, nobodyGoes)).rejects.toBeInstanceOf(TableError);
  });

  it('ends when nobody asks any more, leaves no file, and starts again', async () => {
    const directory = join(folder, 'idle');
    const compute = open({ idleMs: 10, limits: { memoryMib: 128, threads: 1, directory, reserveBytes: 0 } });
    const { bytes, pieces } = await compute.file(ALL_ROWS, nobodyGoes);
    await sleep(50);
    // Not while a file is to be sent.
    expect(await readdir(directory)).toHaveLength(1);
    let length = 0;
    for await (const piece of pieces) length += piece.length;
    expect(length).toBe(bytes);
    await expect.poll(() => readdir(directory)).toEqual([]);
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it.each([
    ['SIGKILL', 'too_large'],
    ['SIGSEGV', undefined],
  ] as const)('may die of %s, and leaves nothing', async (signal, kind) => {
    const directory = join(folder, signal);
    const compute = open({ limits: { memoryMib: 128, threads: 1, directory, reserveBytes: 0 } });
    const children = watchChildren();
    await compute.run(SUMMARY, nobodyGoes);
    const running = compute.run(SLOW, nobodyGoes).catch((error: unknown) => error);
    children[0]?.kill(signal);
    const death = await running;
    expect(String(death)).toContain(signal);
    expect(death instanceof AnalysisError ? death.kind : undefined).toBe(kind);
    await expect.poll(() => readdir(directory)).toEqual([]);
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('ends a stream whose process dies between two pieces, and not as if it had no more rows', async () => {
    const compute = open();
    const children = watchChildren();
    const stream = compute.stream(ALL_ROWS, nobodyGoes);
    await stream.next();
    const [child] = children;
    if (child === undefined) throw new Error('no process was started');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(await refusal(stream.next())).toBe('too_large');
    expect(children).toHaveLength(1);
    expect((await compute.run(SUMMARY, nobodyGoes)).rows).toBe(ROWS);
  });

  it('starts no process for the next piece of a stream once it was closed', async () => {
    const compute = open();
    const children = watchChildren();
    const stream = compute.stream(ALL_ROWS, nobodyGoes);
    await stream.next();
    await compute.close();
    await expect(stream.next()).rejects.toThrow('died');
    expect(children).toHaveLength(1);
  });

  it('does not outlive a server that is killed, nor do its files', async () => {
    const directory = join(folder, 'killed');
    const options = {
      tables: { engine: 'sqlite', file: join(folder, 'tables.sqlite') },
      limits: { memoryMib: 128, threads: 1, directory, reserveBytes: 0 },
      ...{ concurrency: 1, timeoutMs: 30_000, streamMs: 30_000, idleMs: 30_000 },
    };
    const module = new URL('../../../src/vastdb/analytics/analytics-process.ts', import.meta.url);
    const server = spawn(process.execPath, [
      ...['--input-type=module', '--eval'],
      `import { AnalyticsProcess } from ${JSON.stringify(module)};
       const rows = ${JSON.stringify(ALL_ROWS)};
       await new AnalyticsProcess(${JSON.stringify(options)}).file(rows, new AbortController().signal);
       console.log('made');
       setInterval(() => {}, 1000);`,
    ]);
    await once(server.stdout, 'data');
    expect((await readdir(directory, { recursive: true })).join()).toContain('.parquet');
    server.kill('SIGKILL');
    await expect.poll(() => readdir(directory)).toEqual([]);
  });

  it('takes nothing after it was closed', async () => {
    const compute = open();
    await compute.run(SUMMARY, nobodyGoes);
    await compute.close();
    expect(await refusal(compute.run(SUMMARY, nobodyGoes))).toBe('cancelled');
  });
});
