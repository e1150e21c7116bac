import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { Api } from '../behaviour/support/api.ts';

/* What the analytics answer, against SQL that somebody else might write over an exported copy. */

let server: TestServer;
let api: Api;
let folder: string;
let flow: string;
beforeAll(async () => {
  server = await startTestServer();
  api = new Api(server.baseUrl);
  folder = await mkdtemp(join(tmpdir(), 'tams-copy-'));
  flow = await api.newFlow();
  const objectId = await api.newObject(flow);
  // Lengths from 1 to 7 s and some nanoseconds, with gaps here and there, at times that no double holds.
  let at = 1_750_000_000n * 1_000_000_000n;
  const text = (ns: bigint): string => `${ns / 1_000_000_000n}:${ns % 1_000_000_000n}`;
  const segments = Array.from({ length: 500 }, (_, n) => {
    const start = at + (n % 11 === 0 ? 1_234_567_891n : 0n);
    at = start + BigInt((n * 13) % 7) * 1_000_000_000n + 1_000_000_001n;
    return { object_id: objectId, timerange: `[${text(start)}_${text(at)})` };
  });
  await api.must('POST', `/flows/${flow}/segments`, segments);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function copied(sql: string): Promise<unknown[]> {
  const file = join(folder, `${randomUUID()}.parquet`);
  const response = await fetch(`${server.baseUrl}/analytics/export?table=segments`);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(`WITH copy AS (SELECT * FROM '${file}') ${sql}`);
    return reader.getRows()[0] ?? [];
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

describe('an exported copy', () => {
  it('has the same durations and sums', async () => {
    const [rows, min, max, sum] = await copied(
      'SELECT count(*), min(end_ns - start_ns), max(end_ns - start_ns), sum(end_ns - start_ns) FROM copy',
    );
    const summary = await api.get('/analytics/aggregates/summary');
    expect(summary).toMatchObject({ rows: Number(rows), min: String(min), max: String(max), sum: String(sum) });
    expect(rows).toBe(500n);
  });

  it('has the same gaps', async () => {
    const [count, length] = await copied(
      `SELECT count(*), sum(start_ns - before) FROM
         (SELECT start_ns, lag(end_ns) OVER (ORDER BY start_ns) AS before FROM copy) WHERE start_ns > before`,
    );
    const { gaps } = await api.get<{ gaps: { count: number; duration: string } }>(`/analytics/flows/${flow}/timeline`);
    const [seconds = '', nanoseconds = ''] = gaps.duration.split(':');
    expect([BigInt(gaps.count), BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)]).toEqual([count, length]);
    expect(count).toBe(45n);
  });

  it('leaves no file behind on the server', async () => {
    await copied('SELECT 1');
    await expect
      .poll(async () => (await readdir(join(server.dataDir, 'analytics'), { recursive: true })).join())
      .not.toContain('parquet');
  });
});
