import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LogSync } from '../../../src/vastdb/engines/sqlite/log-sync.ts';
import { rejection } from '../../support/engine-suite/context.ts';

async function databaseWithLog(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sqlite-log-sync-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const database = join(directory, 'tables.sqlite');
  await (await open(`${database}-wal`, 'w')).close();
  return database;
}

it('syncs for everybody who asks, those who come during a sync with the next one', async () => {
  const log = new LogSync(await databaseWithLog());
  const first = log.synced();
  const [second, third] = [log.synced(), log.synced()];
  expect(second).not.toBe(first);
  expect(third).toBe(second);
  await Promise.all([first, second, third]);
  await log.synced();
  await log.close();
});

it('says so when the log cannot be synced, and from then on trusts no sync', async () => {
  const database = await databaseWithLog();
  const log = new LogSync(database);
  await rm(`${database}-wal`);
  const [first, second] = [log.synced(), log.synced()];
  await Promise.all([rejection(first, 'unavailable'), rejection(second, 'unavailable')]);
  await (await open(`${database}-wal`, 'w')).close();
  await rejection(log.synced(), 'unavailable');
  await log.close();
});
