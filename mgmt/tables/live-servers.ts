import { readFile, stat } from 'node:fs/promises';
import { serverOfLease } from '../../src/tams/leases/lease-keeper.ts';
import type { Config } from '../../src/settings.ts';
import { LEASES } from '../../src/tams/leases/lease-repository.ts';
import { closeLog } from '../../src/vastdb/engines/sqlite/database-copy.ts';
import { gt } from '../../src/vastdb/predicate/builder.ts';
import { TableError } from '../../src/vastdb/table-error.ts';
import { isThere } from '../folders.ts';
import { databaseFile, openEngine } from './open-tables.ts';

/**
 * For commands that take away rows which a server reads and writes by: it would fail on them, or write on what is left.
 * To be called while this process has the tables not open itself.
 *
 * @throws where a server, or another command, uses the tables; the message names it.
 */
export async function refuseLiveServers(config: Config): Promise<void> {
  if (config.tables.engine === 'sqlite') return checkUnused(databaseFile(config.dataDir));
  const users = await holdersOfLeases(config);
  if (users.length === 0) return;
  throw new Error(
    `The tables are in use by ${users.join(' and ')}. Nothing was done: stop it first; one that died is forgotten 10 s later.`,
  );
}

/** @throws while another process has the database open: what that writes would be lost. A damaged one is in nobody's way. */
export async function checkUnused(file: string): Promise<void> {
  if (!(await isThere(file))) return;
  const users = await processesWithLocks(file);
  try {
    closeLog(file);
  } catch (error) {
    if (error instanceof TableError && error.kind === 'corrupt') return;
    const who = users.length === 0 ? 'another process' : `process ${users.join(' and ')}`;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is in use by ${who}. Nothing was done: stop the server, if it is one. (${why})`, {
      cause: error,
    });
  }
}

/** Every server on shared tables holds a lease of its own name, and those of its work; commands hold none. */
async function holdersOfLeases(config: Config): Promise<string[]> {
  const { engine } = await openEngine(config);
  try {
    if ((await engine.describeTable(LEASES.name)) === undefined) return [];
    const { rows } = await engine.reader().select({
      table: LEASES.name,
      columns: ['name', 'owner'],
      where: gt('expires_ms', BigInt(Date.now())),
    });
    const holders = new Map<string, string>();
    for (const [name, owner] of rows as [string, string][]) {
      const server = serverOfLease(name);
      if (server !== undefined || !holders.has(owner)) holders.set(owner, server ?? `the holder of the lease ${name}`);
    }
    return [...holders.values()].sort();
  } finally {
    await engine.close();
  }
}

/** The processes that the system names; none where it does not tell (Linux does, within one container). */
async function processesWithLocks(file: string): Promise<string[]> {
  try {
    const inode = String((await stat(file)).ino);
    const locks = (await readFile('/proc/locks', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
    const own = String(process.pid);
    const holders = locks.filter((lock) => lock[5]?.split(':')[2] === inode).map((lock) => lock[4] ?? '');
    return [...new Set(holders)].filter((pid) => /^[1-9]/.test(pid) && pid !== own);
  } catch {
    // It only makes the message better.
    return [];
  }
}
