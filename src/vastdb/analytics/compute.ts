import { mkdir, readdir, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { spaceOf } from '../../operation/disk-reserve.ts';
import { AnalysisError } from './analysis-error.ts';
import type { ComputeLimits } from './child-protocol.ts';
import { literal } from './values.ts';

export type DuckDB = typeof import('@duckdb/node-api');

/** Folders that were not touched for this long, since a power cut left them behind, are removed by the next process. */
const LEFT_BEHIND_MS = 24 * 3600 * 1000;
/** A process may go on for weeks, and write no file: it touches its folder this often. */
const TOUCH_MS = 3600 * 1000;
/** Prefix of the folders' names. */
export const FOLDER = 'analysis-';

/** The database that computes: in memory, and in a folder of its own where memory does not do. */
export class Compute {
  readonly duckdb: DuckDB;
  readonly instance: DuckDBInstance;
  /** Ours alone, removed at the end. */
  readonly folder: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(duckdb: DuckDB, instance: DuckDBInstance, folder: string) {
    this.duckdb = duckdb;
    this.instance = instance;
    this.folder = folder;
    this.#touching = setInterval(() => {
      const now = new Date();
      // Next time again.
      utimes(folder, now, now).catch(() => undefined);
    }, TOUCH_MS).unref();
  }

  /** @throws AnalysisError `missing` where the library cannot be loaded. */
  static async open({ memoryMib, threads, directory, reserveBytes }: ComputeLimits, folder: string): Promise<Compute> {
    const duckdb = await loadDuckDB();
    await mkdir(folder, { recursive: true });
    await removeLeftBehind(directory);
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryMib}MiB`,
      threads: String(threads),
      temp_directory: folder,
      max_temp_directory_size: await halfOfFree(folder, reserveBytes),
      preserve_insertion_order: 'false',
    });
    const connection = await instance.connect();
    try {
      // No statement comes from outside; if one ever did, it could read and load nothing.
      await connection.run(`SET allowed_directories = [${literal(folder)}]`);
      await connection.run('SET enable_external_access = false');
    } finally {
      connection.disconnectSync();
    }
    return new Compute(duckdb, instance, folder);
  }

  async close(): Promise<void> {
    clearInterval(this.#touching);
    this.instance.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @throws AnalysisError `missing` where the library cannot be loaded. */
export async function loadDuckDB(): Promise<DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new AnalysisError('missing', 'The library DuckDB cannot be loaded on this machine.', error);
  }
}

/** The tables lie on the same disk as a rule, and go on when it is the analyses that need too much. */
async function halfOfFree(directory: string, reserveBytes: number): Promise<string> {
  const { free, reserve } = spaceOf(await statfs(directory), reserveBytes);
  return `${Math.floor(Math.max(0, free - reserve) / 2 / 2 ** 20)}MiB`;
}

async function removeLeftBehind(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(FOLDER)) continue;
    const path = join(directory, name);
    // Another process may have removed its own meanwhile.
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs <= LEFT_BEHIND_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
