import { mkdir, mkdtemp, readdir, rm, stat, statfs, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { Compute, FOLDER } from '../../../src/vastdb/analytics/compute.ts';

/* What a statement may do at most, whoever wrote it. */

const LIMITS = { memoryMib: 64, threads: 1 };

let directory: string;
let compute: Compute;
let connection: DuckDBConnection;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "tams-compute-o'"));
  compute = await Compute.open({ ...LIMITS, directory, reserveBytes: 0 }, join(directory, 'own'));
  connection = await compute.instance.connect();
});
afterAll(async () => {
  connection.disconnectSync();
  await compute.close();
  await rm(directory, { recursive: true, force: true });
});

const rowsOf = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRows();

it.each([
  `SELECT * FROM read_text('${fileURLToPath(import.meta.url)}')`,
  `COPY (SELECT 1) TO '${join(tmpdir(), 'elsewhere.csv')}'`,
  "ATTACH 'elsewhere.duckdb'",
  'INSTALL spatial',
  'SET enable_external_access = true',
])('refuses %s', async (sql) => {
  await expect(rowsOf(sql)).rejects.toThrow();
});

it('writes into its own folder, and takes no more than half of the disk', async () => {
  const folder = compute.folder.replaceAll("'", "''");
  await rowsOf(`COPY (SELECT 1 AS one) TO '${folder}/own.csv'`);
  expect(await rowsOf(`SELECT one FROM '${folder}/own.csv'`)).toEqual([[1n]]);
  const bytes = await temporaryBytes(connection);
  const { bavail, bsize } = await statfs(directory);
  expect(bytes / (bavail * bsize)).toBeGreaterThan(0.3);
  expect(bytes / (bavail * bsize)).toBeLessThan(0.7);
});

it('takes nothing from what is kept free for deletions', async () => {
  // A reserve has a quarter of the disk at most.
  const limits = { ...LIMITS, directory, reserveBytes: Number.MAX_SAFE_INTEGER };
  const other = await Compute.open(limits, join(directory, 'other'));
  const { bavail, blocks, bsize } = await statfs(directory);
  const itsConnection = await other.instance.connect();
  const half = Math.max(0, bavail - blocks / 4) * bsize * 0.5;
  expect(Math.abs((await temporaryBytes(itsConnection)) - half)).toBeLessThan((blocks * bsize) / 50);
  itsConnection.disconnectSync();
  await other.close();
});

it('removes what was left behind, and not the folder of a process that only has not written for long', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const [own, left] = [join(directory, `${FOLDER}own`), join(directory, `${FOLDER}left`)];
  const first = await Compute.open({ ...LIMITS, directory, reserveBytes: 0 }, own);
  await mkdir(left);
  const longAgo = new Date(Date.now() - 7 * 24 * 3600 * 1000);
  for (const folder of [own, left]) await utimes(folder, longAgo, longAgo);
  vi.advanceTimersByTime(3600 * 1000);
  await expect.poll(async () => (await stat(own)).mtimeMs).toBeGreaterThan(longAgo.getTime());
  await (await Compute.open({ ...LIMITS, directory, reserveBytes: 0 }, join(directory, 'second'))).close();
  const folders = (await readdir(directory)).filter((name) => name.startsWith(FOLDER));
  expect(folders).toEqual([`${FOLDER}own`]);
  await first.close();
});

it('opens although a folder is gone that another process had a moment ago', async () => {
  // A name without a file, as one that is removed between two looks.
  await symlink(join(directory, 'nowhere'), join(directory, `${FOLDER}gone`));
  await (await Compute.open({ ...LIMITS, directory, reserveBytes: 0 }, join(directory, 'third'))).close();
});

async function temporaryBytes(of: DuckDBConnection): Promise<number> {
  const [[limit]] = (await of.runAndReadAll("SELECT current_setting('max_temp_directory_size')")).getRows() as [
    [string],
  ];
  const [number = '', unit = ''] = limit.split(' ');
  return Number(number) * 1024 ** (['bytes', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit) || 0);
}
